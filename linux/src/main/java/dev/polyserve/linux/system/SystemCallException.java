package dev.polyserve.linux.system;

import java.io.IOException;

/// Thrown when a system call fails.
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// Creates the exception of a failed call.
    ///
    /// @param call the name of the call, as in the manual
    /// @param result the result of the call: `-errno`
    public SystemCallException(String call, long result) {
        super(Errno.text((int) -result) + " in " + call);
        this.errno = (int) -result;
    }

    /// Returns the error number.
    public int errno() {
        return errno;
    }

    /// Returns the result when it is not an error.
    ///
    /// @throws SystemCallException when it is one
    public static int require(String call, long result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, result);
        }
        return (int) result;
    }
}
