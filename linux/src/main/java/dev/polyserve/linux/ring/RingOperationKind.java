package dev.polyserve.linux.ring;

/// The kind of an operation, encoded in its user data.
enum RingOperationKind {
    /// An operation with an ignored completion.
    NONE(0),
    /// A wake-up of the loop by another thread.
    WAKE(1),
    /// Accepts connections.
    ACCEPT(2),
    /// Receives bytes of a connection, into the buffers shared by all connections.
    RECEIVE(3),
    /// Sends bytes.
    SEND(4),
    /// Polls for a change of readiness.
    POLL(5),
    /// Receives messages of a datagram port, into the port's own buffers.
    RECEIVE_MESSAGES(6),
    /// The timer of [StuckReceiveDetector].
    CHECK(7);

    private static final int SHIFT = 56;
    private static final RingOperationKind[] BY_CODE = new RingOperationKind[8];

    static {
        for (RingOperationKind operation : values()) {
            BY_CODE[operation.code] = operation;
        }
    }

    private final int code;

    RingOperationKind(int code) {
        this.code = code;
    }

    /// Returns the code in the upper byte of the user data.
    long bits() {
        return (long) code << SHIFT;
    }

    static RingOperationKind of(long userData) {
        return BY_CODE[(int) (userData >>> SHIFT)];
    }
}
