package dev.polyserve.faults;

/// The names of the system calls that a model makes.
///
/// @param accept accepts a connection
/// @param read reads from a connection
/// @param write writes to a connection
/// @param await waits in an event loop; a pattern of strace, because the call depends on the processor or the kernel
record SystemCallNames(String accept, String read, String write, String await) {
    private static final String EPOLL_WAIT = "/^epoll_p?wait";

    static SystemCallNames of(String model) {
        return switch (model) {
            case "epoll", "epoll-et" -> ofDescriptors(EPOLL_WAIT);
            case "poll", "polling" -> ofDescriptors("/^p?poll$");
            case "io_uring" -> ofDescriptors("io_uring_enter");
            case "select" -> ofDescriptors("/^_?p?select6?$");
            default -> new SystemCallNames("accept", "read", "write", EPOLL_WAIT);
        };
    }

    private static SystemCallNames ofDescriptors(String await) {
        return new SystemCallNames("accept4", "recvfrom", "sendto", await);
    }
}
