#!/usr/bin/env bash
# Makes the JDK's AOT caches for the jar: one for the program, and one for its worker processes, which run other code.
# Servers start, serve clients, and stop; meanwhile the JDK records the classes that it loads. In the program, which serves many
# clients then (`polyserve train`), it also records how methods are used: the compilers know in the first second what they
# otherwise learn in ten.
# Arguments: the java to use, the jar, the cache to write, the cache for workers to write (not written on systems without
# worker processes), and how many requests a client makes (1000; a few record classes only, for the short servers of tests).
set -u
java=$1 jar=$2 cache=$3 worker_cache=$4 requests=${5-1000}
most_tenths=600 # a step takes at most 60 s, so that it cannot hang a start

records=$(mktemp -d) || exit
trap 'rm -rf "$records"' EXIT

# serve OPTIONS: starts a server and sends it one line. Each of its JVMs records into a file named by its process. The
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

# await_end PID: waits until the process has written its recording (1 s) and ended.
await_end() {
    local tenths
    for ((tenths = 0; tenths < most_tenths; tenths++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null
}

# create PID CACHE: makes the cache from the recording of that process.
create() {
    rm -f "$2"
    [[ -s $records/pid$1 ]] &&
        "$java" -XX:AOTMode=create "-XX:AOTConfiguration=$records/pid$1" "-XX:AOTCache=$2" -cp "$jar"
}

train_program() {
    local pid
    "$java" -XX:AOTMode=record "-XX:AOTConfiguration=$records/%p" -jar "$jar" train --requests "$requests" &
    pid=$!
    await_end "$pid"
    create "$pid" "$cache"
}

# Only the worker that has served counts; by then another one is ready.
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
