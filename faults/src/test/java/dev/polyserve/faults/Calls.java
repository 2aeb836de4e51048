package dev.polyserve.faults;

/// The system calls that a model makes for the same things.
///
/// @param accept a connection
/// @param read from a connection
/// @param write to a connection
/// @param await in an event loop; a pattern of strace, for which of two it is can depend on the processor or the kernel
record Calls(String accept, String read, String write, String await) {
    private static final String EPOLL_WAIT = "/^epoll_p?wait";

    static Calls of(String model) {
        return switch (model) {
            case "epoll", "epoll-et" -> ofDescriptors(EPOLL_WAIT);
            case "poll", "polling" -> ofDescriptors("/^p?poll$");
            case "io_uring" -> ofDescriptors("io_uring_enter");
            case "select" -> ofDescriptors("/^_?p?select6?$");
            default -> new Calls("accept", "read", "write", EPOLL_WAIT);
        };
    }

    private static Calls ofDescriptors(String await) {
        return new Calls("accept4", "recvfrom", "sendto", await);
    }
}
