# Options come after the keys of the file; a folder that is there; JSON.
riskpool batch night.yaml -n 500 --seed 3 --modes cross -P confidence=95% --stress crash.yaml -o out --json 2>/dev/null | tr -d '\n' | sed 's/}, */},\n/g' |
    sed -E 's/ +/ /g; s/"(mean_loss|any_|wipeout_|expected_)[a-z_]*": [^,]*, //g'; echo "${PIPESTATUS[0]}"
ls out
