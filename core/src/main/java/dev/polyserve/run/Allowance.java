package dev.polyserve.run;

/// How many connections and datagrams may still be taken: all of them while serving, none while paused, one for
/// `handleRequest`.
///
/// **Thread**: the accept loop's.
final class Allowance {
    private static final long UNLIMITED = Long.MAX_VALUE;

    private long left;

    void unlimited() {
        left = UNLIMITED;
    }

    void one() {
        left = 1;
    }

    /// Takes back [#one], where it was not used; what was allowed since stays.
    void notOne() {
        if (left != UNLIMITED) {
            left = 0;
        }
    }

    void none() {
        left = 0;
    }

    boolean any() {
        return left > 0;
    }

    void used() {
        if (left != UNLIMITED) {
            left--;
        }
    }
}
