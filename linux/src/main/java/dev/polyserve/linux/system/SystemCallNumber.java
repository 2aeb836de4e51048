package dev.polyserve.linux.system;

/// The numbers of the system calls, which differ between architectures.
enum SystemCallNumber {
    READ(0, 63), //
    WRITE(1, 64), //
    CLOSE(3, 57), //
    DUP(32, 23), //
    FCNTL(72, 25), //
    IOCTL(16, 29), //
    OPENAT(257, 56), //
    MMAP(9, 222), //
    MUNMAP(11, 215), //
    MPROTECT(10, 226), //
    SOCKET(41, 198), //
    CONNECT(42, 203), //
    ACCEPT4(288, 242), //
    SENDTO(44, 206), //
    RECVFROM(45, 207), //
    SENDMSG(46, 211), //
    RECVMSG(47, 212), //
    SENDMMSG(307, 269), //
    RECVMMSG(299, 243), //
    SHUTDOWN(48, 210), //
    BIND(49, 200), //
    LISTEN(50, 201), //
    GETSOCKNAME(51, 204), //
    GETPEERNAME(52, 205), //
    SOCKETPAIR(53, 199), //
    SETSOCKOPT(54, 208), //
    GETSOCKOPT(55, 209), //
    PSELECT6(270, 72), //
    PPOLL(271, 73), //
    EPOLL_CREATE1(291, 20), //
    EPOLL_CTL(233, 21), //
    EPOLL_PWAIT(281, 22), //
    EPOLL_PWAIT2(441, 441), //
    EVENTFD2(290, 19), //
    CLOCK_GETTIME(228, 113), //
    RT_SIGACTION(13, 134), //
    UMASK(95, 166), //
    SETFSUID(122, 151), //
    SETFSGID(123, 152), //
    CAPGET(125, 90), //
    CAPSET(126, 91), //
    RT_SIGPROCMASK(14, 135), //
    KILL(62, 129), //
    WAITID(247, 95), //
    PIDFD_SEND_SIGNAL(424, 424), //
    PIDFD_OPEN(434, 434), //
    IO_URING_SETUP(425, 425), //
    IO_URING_ENTER(426, 426), //
    IO_URING_REGISTER(427, 427); //

    private final int onX86;
    private final int onAarch64;
    /// The number on this architecture; 0 on an unknown one, where no call is made.
    final long here;

    SystemCallNumber(int onX86, int onAarch64) {
        this.onX86 = onX86;
        this.onAarch64 = onAarch64;
        this.here = ProcessorArchitecture.here().map(this::on).orElse(0);
    }

    int on(ProcessorArchitecture architecture) {
        return switch (architecture) {
            case X86_64 -> onX86;
            case AARCH64 -> onAarch64;
        };
    }
}
