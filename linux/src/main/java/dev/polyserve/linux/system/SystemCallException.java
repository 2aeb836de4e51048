package dev.polyserve.linux.system;

import java.io.IOException;

/// A system call failed.
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// @param call its name, as in the manual
    /// @param result what it returned: `-errno`
    public SystemCallException(String call, long result) {
        super(Errno.text((int) -result) + " in " + call);
        this.errno = (int) -result;
    }

    /// The error number.
    public int errno() {
        return errno;
    }

    /// The result, when it is none of an error.
    ///
    /// @throws SystemCallException when it is
    public static int require(String call, long result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, result);
        }
        return (int) result;
    }
}
