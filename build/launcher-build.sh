# The slow part of ./polyserve, sourced by it when there is something to make. It uses the variables root, jar,
# run and sources, and the function look.

# build: makes what is missing, once however many starts ask for it at the same time, and sets hash.
build() {
    local lock
    if ! mkdir -p "$run" 2>/dev/null || [[ ! -w $run ]]; then
        echo "polyserve: $root/cli/target cannot be written: run ./polyserve once as the owner of the source tree." >&2
        return 1
    fi
    exec {lock}>"$run/lock"
    if ! flock "$lock"; then
        echo "polyserve: cannot lock $run/lock: is flock (util-linux) installed?" >&2
        return 1
    fi
    look || make_jar_and_copy || return 1
    # A closed lock is free; the program must not inherit it, or the next build would wait for this server to end.
    exec {lock}>&-
}

make_jar_and_copy() {
    up_to_date || compile || return 1
    if ! copy; then
        echo "polyserve: cannot copy $jar into $run: is the disk full, or another build running?" >&2
        return 1
    fi
    [[ -r $run/polyserve-$hash-$jdk_build.aot ]] || train
    sweep
    return 0
}

# up_to_date: is there a jar, and nothing newer? (./mvnw makes it, too.)
up_to_date() {
    local newer
    [[ -r $jar ]] && newer=$(cd "$root" && find "${sources[@]}" ./*/src/main -newer "$jar" -print -quit) &&
        [[ -z $newer ]]
}

# compile: the quick profile of the build, into target/quick of each module, then the jar in one step to its place.
compile() {
    local log=$run/build.log started=$run/started
    echo "polyserve: building (once) …" >&2
    touch "$started"
    # With the lock open in Maven it would stay locked if Maven left a process behind. Standard input is the program's.
    if ! (cd "$root" && JAVA_HOME=$JAVA_HOME ./mvnw -q -Dpolyserve.quick -pl cli -am package) \
            </dev/null >"$log" 2>&1 {lock}>&-; then
        echo "polyserve: the build failed; the end of $log:" >&2
        # Without colours, and without what Maven says after every failure.
        sed -E 's/\x1b\[[0-9;]*m//g' "$log" |
            grep -vE '^(\[ERROR\] *)?$|Help 1\]|full stack trace|full debug|After correcting| -rf :' | tail -n 20 >&2
        return 1
    fi
    # The jar is as old as the beginning of its build: what was saved meanwhile is newer, and built next time.
    touch -r "$started" "$root/cli/target/quick/polyserve.jar"
    mv -f "$root/cli/target/quick/polyserve.jar" "$jar"
}

# jar_id: which jar there is, by inode, size and time: as find of GNU tells it, or stat of busybox or of BSD.
jar_id() {
    find "$jar" -printf '%i %s %T@\n' 2>/dev/null || stat -c '%i %s %Y' "$jar" 2>/dev/null || stat -f '%i %z %m' "$jar"
}

# copy: the jar under its hash, and last of all the note that says so.
copy() {
    local id sum
    id=$(jar_id) && cp -p "$jar" "$run/new.jar" && sum=$(sha256sum "$run/new.jar") || return 1
    [[ $id == "$(jar_id)" ]] || return 1 # rebuilt while it was copied
    hash=${sum:0:16}
    mv -f "$run/new.jar" "$run/polyserve-$hash.jar" &&
        echo "$hash $id" >"$run/current.new" && mv -f "$run/current.new" "$run/current"
}

# train: lets the program, and a worker process, serve one client each while the JDK records what it loads. Never
# fatal: without a cache the program only starts slower.
train() {
    local cache=$run/polyserve-$hash-$jdk_build.aot
    echo "polyserve: preparing a fast start (once) …" >&2
    bash "$root/build/train-aot.sh" "$JAVA_HOME/bin/java" "$run/polyserve-$hash.jar" "$run/new.aot" \
        "$run/new-worker.aot" </dev/null >"$run/train.log" 2>&1 {lock}>&-
    [[ -s $run/new-worker.aot ]] && mv -f "$run/new-worker.aot" "${cache%.aot}-worker.aot"
    if [[ -s $run/new.aot ]]; then
        mv -f "$run/new.aot" "$cache"
    else
        echo "polyserve: no start-up cache was made (see $run/train.log); starting without one." >&2
    fi
}

# sweep: removes all but the newest four copies with their caches. Older ones are kept that long for servers that
# still run from them.
sweep() {
    local old
    ls -t "$run"/polyserve-????????????????.jar | tail -n +5 | while IFS= read -r old; do
        [[ $old == */polyserve-$hash.jar ]] || rm -f "$old" "${old%.jar}"-*.aot
    done
}
