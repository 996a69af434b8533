"""What runs inside the pod, by its Python alone; sent there as text, so it imports nothing of ours.

Both programs speak first in one line of JSON on stdout. A file arrives whole or not at all; until it is whole it lies
where no Job looks. Of several files a Job takes the one uploaded last, so one that is there already is uploaded anew.
"""

RECEIVE = """
import hashlib, json, os, sys, tempfile, time
target, size, digest = sys.argv[1], int(sys.argv[2]), sys.argv[3]
folder = os.path.dirname(target)
incoming = os.path.join(os.path.dirname(folder), ".incoming")

def say(**words):
    print(json.dumps(words), flush=True)

def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

if os.path.isfile(target) and os.path.getsize(target) == size and digest_of(target) == digest:
    os.utime(target)
    say(state="present")
    sys.exit()
os.makedirs(folder, exist_ok=True)
os.makedirs(incoming, exist_ok=True)
for name in os.listdir(incoming):
    leftover = os.path.join(incoming, name)
    if time.time() - os.path.getmtime(leftover) > 3600:
        os.unlink(leftover)
free = os.statvfs(folder)
if free.f_bavail * free.f_frsize < size:
    say(state="full", free=free.f_bavail * free.f_frsize)
    sys.exit()
handle, partial = tempfile.mkstemp(dir=incoming)
try:
    say(state="ready")
    seen, left = hashlib.sha256(), size
    with os.fdopen(handle, "wb") as file:
        while left and (chunk := sys.stdin.buffer.read1(min(left, 1 << 20))):
            seen.update(chunk)
            file.write(chunk)
            left -= len(chunk)
        file.flush()
        os.fsync(file.fileno())
    if left or seen.hexdigest() != digest:
        say(state="damaged", missing=left)
        sys.exit()
    os.chmod(partial, 0o644)
    os.replace(partial, target)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    say(state="stored")
finally:
    if os.path.exists(partial):
        os.unlink(partial)
"""

SEND = """
import hashlib, json, os, shutil, sys
source = sys.argv[1]
if not os.path.isfile(source):
    print(json.dumps({"state": "missing"}), flush=True)
    sys.exit()
with open(source, "rb") as file:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    print(json.dumps({"state": "ready", "size": os.path.getsize(source), "sha256": digest}), flush=True)
    shutil.copyfileobj(file, sys.stdout.buffer, 1 << 20)
    sys.stdout.buffer.flush()
"""
