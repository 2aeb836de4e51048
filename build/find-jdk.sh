# Finds the JDK for ./mvnw and ./polyserve, which source it. It usually starts no program, because ./polyserve
# runs it at every start.

polyserve_jdk_release=25 # the oldest JDK that works, and the one the project is tested with

# jdk_release HOME: sets jdk_release to the feature release of the JDK at HOME, or to 0 if there is no JDK (or one without a
# compiler), and jdk_build to its full version. Every JDK describes itself in the file "release".
jdk_release() {
    local line version=
    jdk_release=0 jdk_build=
    [[ -x $1/bin/javac && -x $1/bin/java && -r $1/release ]] || return 0
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=*) version=${line#*=} ;;
            JAVA_RUNTIME_VERSION=*) jdk_build=${line#*=} ;;
        esac
    done <"$1/release"
    version=${version//\"/} jdk_build=${jdk_build//\"/}
    jdk_build=${jdk_build:-$version}
    version=${version%%[!0-9]*}
    jdk_release=${version:-0}
}

# home_of_java COMMAND: sets home to the JDK of COMMAND, which is usually a symbolic link into it. Otherwise (a shim,
# /usr/bin/java of macOS) the program itself is asked.
home_of_java() {
    local java
    java=$(readlink -f -- "$1" 2>/dev/null) || java=$1
    home=${java%/bin/java}
    [[ $home != "$java" && -e $home/release ]] && return 0
    home=$("$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || home=
}

# find_jdk: sets and exports JAVA_HOME to a JDK of the release above or newer, and sets jdk_build. If there is none, it says in
# one sentence what it looked for and where, and returns 1. The user's choice (JAVA_HOME, the PATH) comes first;
# among the others exactly that release is preferred to a newer one.
find_jdk() {
    local home java newer= newer_build= looked
    if [[ -n ${JAVA_HOME-} ]]; then
        jdk_release "$JAVA_HOME"
        ((jdk_release >= polyserve_jdk_release)) && return 0
    fi
    if java=$(type -P java); then
        home_of_java "$java"
        jdk_release "$home"
        ((jdk_release >= polyserve_jdk_release)) && export JAVA_HOME=$home && return 0
    fi
    for home in /usr/lib/jvm/* /opt/* "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* \
            /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        jdk_release "$home"
        ((jdk_release == polyserve_jdk_release)) && export JAVA_HOME=$home && return 0
        ((jdk_release > polyserve_jdk_release)) && newer=$home newer_build=$jdk_build
    done
    [[ -n $newer ]] && export JAVA_HOME=$newer && jdk_build=$newer_build && return 0
    looked="JAVA_HOME (${JAVA_HOME:-not set}), the PATH (${java:-no java}), /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks and"
    echo "polyserve: no JDK $polyserve_jdk_release or newer was found in $looked /Library/Java:" \
        "install one, or set JAVA_HOME to it." >&2
    return 1
}
