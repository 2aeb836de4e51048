package dev.polyserve.linux.socket;

import dev.polyserve.io.BacklogFullException;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.UnreachableException;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// What the results of `socket(2)` and `connect(2)` mean.
final class ConnectErrnoMapper {
    private ConnectErrnoMapper() {}

    /// Returns the new socket's descriptor.
    ///
    /// @throws ResourceExhaustedException when this process, or its system, has no room for it
    static int requireSocket(int result) throws IOException {
        if (result >= 0) {
            return result;
        }
        SystemCallException failed = new SystemCallException("socket", result);
        throw switch (-result) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> ResourceExhaustedException.noSocket(failed);
            default -> failed;
        };
    }

    /// Returns true when the connection was begun, and is neither connected nor refused. A Unix socket is never in this
    /// state.
    static boolean isUnderWay(int result) {
        return result == -Errno.EINPROGRESS || result == -Errno.EALREADY || result == -Errno.EINTR;
    }

    /// Returns normally when it is connected.
    ///
    /// @throws BacklogFullException when a Unix server has no room
    /// @throws ResourceExhaustedException when the system has no memory for it
    /// @throws UnreachableException with the reason and the remedy
    static void require(int result, SocketAddress peer) throws IOException {
        if (result >= 0 || result == -Errno.EISCONN) {
            return;
        }
        SystemCallException failed = new SystemCallException("connect", result);
        throw switch (-result) {
            case Errno.ENOBUFS, Errno.ENOMEM -> ResourceExhaustedException.noMemory(failed);
            case Errno.EAGAIN -> peer instanceof InetSocketAddress
                    ? UnreachableException.noPort(failed)
                    : new BacklogFullException(failed);
            case Errno.EADDRNOTAVAIL -> UnreachableException.noPort(failed);
            case Errno.ECONNREFUSED -> new UnreachableException(UnreachableException.REFUSED, failed);
            case Errno.ENOENT -> new UnreachableException(UnreachableException.NO_SUCH_FILE, failed);
            case Errno.EACCES, Errno.EPERM -> new UnreachableException(UnreachableException.FORBIDDEN, failed);
            case Errno.ENETUNREACH, Errno.EHOSTUNREACH ->
                new UnreachableException(UnreachableException.NO_ROUTE, failed);
            case Errno.ECONNRESET, Errno.ECONNABORTED -> new UnreachableException(UnreachableException.ENDED, failed);
            case Errno.ETIMEDOUT -> new UnreachableException(UnreachableException.NO_ANSWER, failed);
            default -> new UnreachableException(Errno.text(-result), failed);
        };
    }
}
