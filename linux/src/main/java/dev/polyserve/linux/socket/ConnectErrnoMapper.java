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
    /// @throws UnreachableException with the reason and the remedy
    static void require(int result, SocketAddress peer) throws IOException {
        if (result >= 0 || result == -Errno.EISCONN) {
            return;
        }
        if (result == -Errno.EAGAIN && !(peer instanceof InetSocketAddress)) {
            throw new BacklogFullException(new SystemCallException("connect", result));
        }
        throw new UnreachableException(switch (-result) {
            case Errno.ECONNREFUSED -> UnreachableException.REFUSED;
            case Errno.ENOENT -> UnreachableException.NO_SUCH_FILE;
            case Errno.EACCES, Errno.EPERM -> UnreachableException.FORBIDDEN;
            case Errno.ENETUNREACH, Errno.EHOSTUNREACH -> UnreachableException.NO_ROUTE;
            case Errno.ECONNRESET, Errno.ECONNABORTED -> UnreachableException.ENDED;
            case Errno.ETIMEDOUT -> UnreachableException.NO_ANSWER;
            case Errno.EAGAIN, Errno.EADDRNOTAVAIL -> UnreachableException.NO_PORT;
            default -> Errno.text(-result);
        }, new SystemCallException("connect", result));
    }
}
