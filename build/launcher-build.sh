# The slow part of ./polyserve, which sources it if something has to be built. It uses the variables root, jar,
# run and sources, and the function look.

# build: makes what is missing, once for several starts at the same time, and sets hash.
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
    # Closing releases the lock. If the program inherited it, the next build would wait for this server to end.
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

# up_to_date: is there a jar, and no newer source? (./mvnw makes the jar, too.)
up_to_date() {
    local newer
    [[ -r $jar ]] && newer=$(cd "$root" && find "${sources[@]}" ./*/src/main -newer "$jar" -print -quit) &&
        [[ -z $newer ]]
}

# compile: runs the quick profile of the build, into target/quick of each module, then moves the jar into place in one step.
compile() {
    local log=$run/build.log started=$run/started
    echo "polyserve: building (once) …" >&2
    touch "$started"
    # Maven does not inherit the lock, because a process that it leaves behind would hold it. Standard input is the program's.
    if ! (cd "$root" && JAVA_HOME=$JAVA_HOME ./mvnw -q -Dpolyserve.quick -pl cli -am package) \
            </dev/null >"$log" 2>&1 {lock}>&-; then
        echo "polyserve: the build failed; the end of $log:" >&2
        # Without colours, and without Maven's advice after every failure.
        sed -E 's/\x1b\[[0-9;]*m//g' "$log" |
            grep -vE '^(\[ERROR\] *)?$|Help 1\]|full stack trace|full debug|After correcting| -rf :' | tail -n 20 >&2
        return 1
    fi
    # The jar gets the time of the start of its build: a source saved meanwhile is newer, and is built next time.
    touch -r "$started" "$root/cli/target/quick/polyserve.jar"
    mv -f "$root/cli/target/quick/polyserve.jar" "$jar"
}

# jar_id: the jar's inode, size and time, by GNU's find, or by stat of busybox or BSD.
jar_id() {
    find "$jar" -printf '%i %s %T@\n' 2>/dev/null || stat -c '%i %s %Y' "$jar" 2>/dev/null || stat -f '%i %z %m' "$jar"
}

# copy: copies the jar to a name with its hash, and finally writes the note of it.
copy() {
    local id sum
    id=$(jar_id) && cp -p "$jar" "$run/new.jar" && sum=$(sha256sum "$run/new.jar") || return 1
    [[ $id == "$(jar_id)" ]] || return 1 # rebuilt while it was copied
    hash=${sum:0:16}
    mv -f "$run/new.jar" "$run/polyserve-$hash.jar" &&
        echo "$hash $id" >"$run/current.new" && mv -f "$run/current.new" "$run/current"
}

# train: lets the program, and a worker process, serve one client each while the JDK records the classes that it loads. A
# failure is not fatal: without a cache the program only starts more slowly.
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

# sweep: removes all copies and caches except the newest four, which are kept for servers that still run from them.
sweep() {
    local old
    ls -t "$run"/polyserve-????????????????.jar | tail -n +5 | while IFS= read -r old; do
        [[ $old == */polyserve-$hash.jar ]] || rm -f "$old" "${old%.jar}"-*.aot
    done
}
