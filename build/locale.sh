# Makes the JDK read all characters; ./mvnw and ./polyserve source it. It starts no program.
#
# The JDK reads arguments, variables and file names in the locale's encoding. Without a locale, as under cron and in many
# containers, that is ASCII, and all other bytes are lost: arguments reach clients as question marks, and a jar with an
# umlaut in its path is not found.

# has_letters: does the locale have letters outside ASCII?
has_letters() {
    [[ $'\xc3\xa4' == *[[:graph:]]* ]]
}

# read_all_letters: exports LC_ALL=C.UTF-8 if the locale has no letters outside ASCII: none is set, C, POSIX, or one
# that is not installed. If this system has no C.UTF-8 either, it changes nothing and returns 1.
read_all_letters() {
    local before=${LC_ALL-}
    has_letters && return 0
    { export LC_ALL=C.UTF-8; } 2>/dev/null
    has_letters && return 0
    { [[ -n $before ]] && LC_ALL=$before || unset LC_ALL; } 2>/dev/null
    return 1
}
