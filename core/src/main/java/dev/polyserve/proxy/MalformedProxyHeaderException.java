package dev.polyserve.proxy;

import java.io.Serial;

/// The bytes are not a PROXY header; the message says why, as a clause that begins with its subject.
final class MalformedProxyHeaderException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    MalformedProxyHeaderException(String why) {
        // Caused by a peer, perhaps often: without a stack.
        super(why, null, false, false);
    }

    /// The same as [#getMessage], never null.
    String why() {
        return String.valueOf(getMessage());
    }
}
