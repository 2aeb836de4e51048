# Sees to it that the JDK reads every letter; sourced by both ./mvnw and ./polyserve. It starts no program.
#
# The JDK reads words, variables and names of files in the locale's encoding. Without a locale, as under cron and in many
# containers, that is ASCII, and each other byte is lost: words reach clients as question marks, and a jar whose path
# has an umlaut is not found.

# has_letters: does the locale have letters beyond ASCII?
has_letters() {
    [[ $'\xc3\xa4' == *[[:graph:]]* ]]
}

# read_all_letters: exports LC_ALL=C.UTF-8 where the locale has no letters beyond ASCII: none is set, C, POSIX, or one
# that is not installed. Returns 1 when this system has not got that one either; then everything stays as it is.
read_all_letters() {
    local before=${LC_ALL-}
    has_letters && return 0
    { export LC_ALL=C.UTF-8; } 2>/dev/null
    has_letters && return 0
    { [[ -n $before ]] && LC_ALL=$before || unset LC_ALL; } 2>/dev/null
    return 1
}
