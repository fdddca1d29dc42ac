#!/bin/sh
N=$((@DEADLINE@-$(date +%s))); [ $N -gt 30 ] || N=30; [ $N -lt @LIFETIME@ ] || N=@LIFETIME@; M=$((N/60)); [ $M -gt 0 ] || M=1; shutdown -h +$M >/dev/null 2>&1; (trap '' HUP; exec </dev/null >/dev/null 2>&1; sleep $N; shutdown -h now; sleep 60; systemctl poweroff -f; sleep 20; poweroff -f; halt -fp) &
# The line above ends this machine in time, whatever happens below. Where systemd rules, it gets a timer, too, and a
# second boot ends at once: a machine of a run is started once.
case "$(command -v shutdown)" in /sbin/*|/usr/sbin/*|/bin/*|/usr/bin/*)
  if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ]; then
    systemd-run --quiet --unit=cellburst-deadline --on-active=$N systemctl poweroff
    printf '[Unit]\nDescription=cellburst starts a machine once\n[Service]\nType=oneshot\nExecStart=/bin/systemctl poweroff\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/cellburst-once.service
    systemctl enable cellburst-once.service
  fi;;
esac
say() { echo "cellburst: $1"; { echo "cellburst: $1" >/dev/console; } 2>/dev/null; }
end() { say "$1"; sync; sleep 2; shutdown -h now; sleep 60; poweroff -f; }
PY=$(command -v python3 || ls /usr/bin/python3.* /usr/libexec/platform-python 2>/dev/null | head -n 1)
[ -n "$PY" ] || { end "this image has no python3, without which nothing can be set up; name another one with image = in the target"; exit 1; }
"$PY" - <<'END_OF_PROGRAM'
@FETCH@

import shutil
import sys

config = json.loads(@CONFIG@)
agent = config["agent"]
bucket = Bucket(agent["bucket"], agent["region"], agent.get("endpoint", ""), agent.get("metadata", ""))
try:
    program = bucket.get(agent["prefix"].split("/")[0] + "/blob/" + config["program"])
except FetchError as error:
    sys.exit(f"cellburst: the program that sets this machine up cannot be fetched: {error}")
if hashlib.sha256(program).hexdigest() != config["program"]:
    sys.exit("cellburst: the program that sets this machine up is not the one that was sent; it was not executed")
switch = os.path.dirname(shutil.which("shutdown") or "/sbin/shutdown")
if switch not in ("/sbin", "/usr/sbin", "/bin", "/usr/bin"):  # a process that stands in for a machine keeps to its folder
    config["root"] = os.path.join(os.environ["HOME"], "cellburst")
    agent["data"] = os.path.join(config["root"], "data")
os.makedirs(config["root"], exist_ok=True)
place = os.path.join(config["root"], "setup.pyz")
with open(place, "wb") as file:
    file.write(program)
with open(os.path.join(config["root"], "setup.json"), "w") as file:
    json.dump(config, file)
sys.stdout.flush()
os.execv(sys.executable, [sys.executable, "-u", place, os.path.join(config["root"], "setup.json")])
END_OF_PROGRAM
end "setting this machine up failed ($?); the lines above say why"
