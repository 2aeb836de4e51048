package dev.polyserve.linux.socket;

import dev.polyserve.io.AcceptException;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;

/// Maps the error numbers of `accept(2)` to exceptions.
public final class AcceptErrnoMapper {
    private AcceptErrnoMapper() {}

    /// Returns the exception for a failed call.
    ///
    /// @param result the result of the call: `-errno`
    public static IOException of(int result) {
        String reason = Errno.name(-result);
        SystemCallException failed = new SystemCallException("accept4", result);
        return switch (-result) {
            case Errno.ECONNABORTED, Errno.EPROTO, Errno.ENETDOWN, Errno.ENETUNREACH, Errno.EHOSTDOWN,
                    Errno.EHOSTUNREACH, Errno.ENONET, Errno.EOPNOTSUPP, Errno.EPERM, Errno.ETIMEDOUT ->
                new AcceptException(AcceptException.Concerned.CONNECTION, failed, reason);
            case Errno.EBADF, Errno.EINVAL, Errno.ENOTSOCK ->
                new AcceptException(AcceptException.Concerned.LISTENER, failed, reason);
            // EMFILE, ENFILE, ENOBUFS, ENOMEM and the rest: the acceptor pauses.
            default -> new AcceptException(AcceptException.Concerned.PROCESS, failed, reason);
        };
    }
}
