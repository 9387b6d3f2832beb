/* What the journal of one path hears of every step: prices, and what each pool is worth against its requirement. */
#include "engine_account.h"

void account_note_state(struct account *account, const struct slice *slice) {
    const struct journal *journal = account->journal;
    const size_t path = journal->path, n_assets = account->engine->terms.n_assets;
    for (size_t i = 0; i < account->mode->n_rows; ++i)
        account->path_remaining[i] = account->remaining[i * BLOCK + path];
    for (size_t j = 0; j < n_assets; ++j) {
        account->path_price[j] = account_price(account, slice, j, path);
        account_note(account, path,
                     &(struct event){.kind = EVENT_PRICE,
                                     .pool = JOURNAL_NONE,
                                     .subject = j,
                                     .hour = slice->end_hour,
                                     .price = account->path_price[j]});
    }
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = account_surface(account, p, path);
        const struct stand stand = account_stand(account, p, path, account->path_price);
        account_note(account, path,
                     &(struct event){.kind = EVENT_STATE,
                                     .pool = p,
                                     .subject = JOURNAL_NONE,
                                     .hour = slice->end_hour,
                                     .equity = surface_equity(surface, &stand),
                                     .requirement = surface_requirement(surface, &stand)});
    }
}

void accounts_watch(struct accounts *accounts, struct journal *journal) {
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m)
        accounts->account[m].journal = journal;
}
