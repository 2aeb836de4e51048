#!/usr/bin/env bash
# Makes the JDK's AOT cache for the jar: starts a server, talks to it once, stops it; the JDK writes the cache when it
# ends. Arguments: the java to use, the jar, the cache to write.
set -u
java=$1 jar=$2 cache=$3

rm -f "$cache" "$cache.config"
coproc server { exec "$java" "-XX:AOTCacheOutput=$cache" -jar "$jar" serve echo --listen tcp://127.0.0.1:0; }
pid=$server_PID
if read -r -t 20 line <&"${server[0]}"; then
    echo "$line"
    port=${line#*tcp://127.0.0.1:}
    port=${port%%[!0-9]*}
    if exec {client}<>"/dev/tcp/127.0.0.1/$port"; then
        printf 'hello\n' >&"$client"
        read -r -t 5 reply <&"$client" && echo "reply: $reply"
        exec {client}>&-
    fi
fi

# It now ends, and writes the cache meanwhile (1 to 2 s). Nothing may hang a start, so it gets 30 s for that.
kill -TERM "$pid"
for ((tenths = 0; tenths < 300; tenths++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
done
kill -KILL "$pid" 2>/dev/null
[[ -s $cache ]]
