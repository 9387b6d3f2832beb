"""What the commands that draw share: exit codes, complaints, and the program that replays paths."""
import json
import os
import shutil
import subprocess
import sys

from . import results

EXIT_INVALID, EXIT_MISSING, EXIT_NOT_CREATED = 65, 66, 73


def fail(code, text):
    print(f"{os.path.basename(sys.argv[0])}: {text}", file=sys.stderr)
    sys.exit(code)


def read(path):
    """The results in a file, or the end of the command."""
    if not os.path.isfile(path):
        fail(EXIT_MISSING, f"{path}: no such file")
    try:
        return results.read(path)
    except (OSError, results.NotResults) as reason:
        return fail(EXIT_INVALID, f"{path}: {reason}")


def program():
    """The program built beside the scripts, else the one installed."""
    built = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "release", "riskpool")
    return os.path.normpath(built) if os.path.exists(built) else shutil.which("riskpool") or "riskpool"


def replayed(riskpool, path, which):
    """What `riskpool replay` says of a path (`which`: its options), and the complaint: one of them is None."""
    try:
        done = subprocess.run([riskpool, "replay", path, *which, "--json", "--every-step"], capture_output=True, text=True,
                              check=False)
    except OSError as reason:
        return None, str(reason)
    return (json.loads(done.stdout), None) if done.returncode == 0 else (None, done.stderr.strip())
