package dev.polyserve.linux.system;

import java.util.Map;

/// The error numbers of Linux that matter to a server, the same on x86-64 and aarch64, and their texts. The texts are
/// the C library's in English, whatever the user's language, like everything that is logged.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int E2BIG = 7;
    public static final int ENOEXEC = 8;
    public static final int EBADF = 9;
    /// Nothing available, or no room, at the moment.
    public static final int EAGAIN = 11;
    /// Out of memory, or over the limit of locked memory.
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENOTDIR = 20;
    public static final int EINVAL = 22;
    /// Too many descriptors, in all processes together.
    public static final int ENFILE = 23;
    /// Too many descriptors, in this process.
    public static final int EMFILE = 24;
    public static final int EPIPE = 32;
    public static final int EMSGSIZE = 90;
    /// No space; from epoll: too many watches.
    public static final int ENOSPC = 28;
    public static final int ENOSYS = 38;
    public static final int ETIME = 62;
    public static final int ENOTSOCK = 88;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENOBUFS = 105;
    public static final int ENOTCONN = 107;
    public static final int ECONNRESET = 104;
    /// Too many descriptors are in flight.
    public static final int ETOOMANYREFS = 109;
    public static final int ECONNREFUSED = 111;
    public static final int ENONET = 64;
    public static final int EPROTO = 71;
    public static final int EOPNOTSUPP = 95;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    /// A connection was lost before it was accepted.
    public static final int ECONNABORTED = 103;
    public static final int ETIMEDOUT = 110;
    /// The socket is connected already.
    public static final int EISCONN = 106;
    /// An earlier attempt to connect is under way.
    public static final int EALREADY = 114;
    /// The attempt to connect is under way.
    public static final int EINPROGRESS = 115;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int ECANCELED = 125;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(EPERM, "Operation not permitted (EPERM)"),
            Map.entry(ENOENT, "No such file or directory (ENOENT)"),
            Map.entry(ESRCH, "No such process (ESRCH)"),
            Map.entry(EINTR, "Interrupted system call (EINTR)"),
            Map.entry(5, "Input/output error (EIO)"),
            Map.entry(E2BIG, "Argument list too long (E2BIG)"),
            Map.entry(ENOEXEC, "Exec format error (ENOEXEC)"),
            Map.entry(EBADF, "Bad file descriptor (EBADF)"),
            Map.entry(10, "No child processes (ECHILD)"),
            Map.entry(EAGAIN, "Resource temporarily unavailable (EAGAIN)"),
            Map.entry(ENOMEM, "Cannot allocate memory (ENOMEM)"),
            Map.entry(EACCES, "Permission denied (EACCES)"),
            Map.entry(EBUSY, "Device or resource busy (EBUSY)"),
            Map.entry(EEXIST, "File exists (EEXIST)"),
            Map.entry(ENOTDIR, "Not a directory (ENOTDIR)"),
            Map.entry(21, "Is a directory (EISDIR)"),
            Map.entry(EINVAL, "Invalid argument (EINVAL)"),
            Map.entry(ENFILE, "Too many open files in system (ENFILE)"),
            Map.entry(EMFILE, "Too many open files (EMFILE)"),
            Map.entry(26, "Text file busy (ETXTBSY)"),
            Map.entry(ENOSPC, "No space left on device (ENOSPC)"),
            Map.entry(30, "Read-only file system (EROFS)"),
            Map.entry(EPIPE, "Broken pipe (EPIPE)"),
            Map.entry(36, "File name too long (ENAMETOOLONG)"),
            Map.entry(ENOSYS, "Function not implemented (ENOSYS)"),
            Map.entry(40, "Too many levels of symbolic links (ELOOP)"),
            Map.entry(ETIME, "Timer expired (ETIME)"),
            Map.entry(ENONET, "Machine is not on the network (ENONET)"),
            Map.entry(EPROTO, "Protocol error (EPROTO)"),
            Map.entry(ENOTSOCK, "Socket operation on non-socket (ENOTSOCK)"),
            Map.entry(EMSGSIZE, "Message too long (EMSGSIZE)"),
            Map.entry(91, "Protocol wrong type for socket (EPROTOTYPE)"),
            Map.entry(92, "Protocol not available (ENOPROTOOPT)"),
            Map.entry(EOPNOTSUPP, "Operation not supported (EOPNOTSUPP)"),
            Map.entry(EAFNOSUPPORT, "Address family not supported by protocol (EAFNOSUPPORT)"),
            Map.entry(EADDRINUSE, "Address already in use (EADDRINUSE)"),
            Map.entry(EADDRNOTAVAIL, "Cannot assign requested address (EADDRNOTAVAIL)"),
            Map.entry(ENETDOWN, "Network is down (ENETDOWN)"),
            Map.entry(ENETUNREACH, "Network is unreachable (ENETUNREACH)"),
            Map.entry(ECONNABORTED, "Software caused connection abort (ECONNABORTED)"),
            Map.entry(104, "Connection reset by peer (ECONNRESET)"),
            Map.entry(ENOBUFS, "No buffer space available (ENOBUFS)"),
            Map.entry(ENOTCONN, "Transport endpoint is not connected (ENOTCONN)"),
            Map.entry(ETIMEDOUT, "Connection timed out (ETIMEDOUT)"),
            Map.entry(ECONNREFUSED, "Connection refused (ECONNREFUSED)"),
            Map.entry(EHOSTDOWN, "Host is down (EHOSTDOWN)"),
            Map.entry(EHOSTUNREACH, "No route to host (EHOSTUNREACH)"),
            Map.entry(ECANCELED, "Operation canceled (ECANCELED)"));

    private Errno() {}

    /// Returns the name: `ECONNRESET`; `errno N` for a number without a text here.
    public static String name(int errno) {
        String text = TEXTS.get(errno);
        return text == null ? "errno " + errno : text.substring(text.lastIndexOf('(') + 1, text.length() - 1);
    }

    /// Returns the text with the name: `Connection reset by peer (ECONNRESET)`.
    public static String text(int errno) {
        return TEXTS.getOrDefault(errno, "error number " + errno);
    }
}
