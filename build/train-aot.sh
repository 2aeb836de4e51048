#!/usr/bin/env bash
# Makes the JDK's AOT caches for the jar: one for the program, and one for its worker processes, which do other things.
# A server is started, talked to once, and stopped; the JDK records meanwhile what is loaded.
# Arguments: the java to use, the jar, the cache to write, the cache for workers to write (there is none where servers
# cannot have worker processes).
set -u
java=$1 jar=$2 cache=$3 worker_cache=$4
most_tenths=300 # Nothing may hang a start, so everything gets 30 s at most.

records=$(mktemp -d) || exit
trap 'rm -rf "$records"' EXIT

# serve OPTIONS: starts a server, each of whose JVMs records into a file named by its process, and talks to it; the
# connection stays open as $client. Sets pid.
serve() {
    local port line reply
    coproc server {
        exec "$java" -XX:AOTMode=record "-XX:AOTConfiguration=$records/%p" -jar "$jar" \
            serve echo --listen tcp://127.0.0.1:0 "$@"
    }
    pid=$server_PID
    read -r -t 20 line <&"${server[0]}" || return 1
    echo "$line"
    port=${line#*tcp://127.0.0.1:}
    port=${port%%[!0-9]*}
    exec {client}<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf 'hello\n' >&"$client"
    read -r -t 20 reply <&"$client" && echo "reply: $reply"
}

# await_end PID: it ends, and writes what it has recorded meanwhile (1 s).
await_end() {
    local tenths
    for ((tenths = 0; tenths < most_tenths; tenths++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null
}

# create PID CACHE: makes the cache of what that process has recorded.
create() {
    rm -f "$2"
    [[ -s $records/pid$1 ]] &&
        "$java" -XX:AOTMode=create "-XX:AOTConfiguration=$records/pid$1" "-XX:AOTCache=$2" -cp "$jar"
}

train_program() {
    serve && exec {client}>&-
    kill -TERM "$pid"
    await_end "$pid"
    create "$pid" "$cache"
}

# The worker that counts is the one that has served; another one is ready by then.
train_worker() {
    local worker='' rest
    if serve --model process --spare 1..1; then
        read -r worker rest < <(cat /proc/"$pid"/task/*/children)
        exec {client}>&-
        [[ -n $worker ]] && await_end "$worker"
    fi
    kill -TERM "$pid"
    await_end "$pid"
    [[ -n $worker ]] && create "$worker" "$worker_cache"
}

train_program
train_worker
[[ -s $cache ]]
