package dev.polyserve.linux.ring;

/// What an order was for, as its user data says it.
enum OperationKind {
    /// Nothing that anybody waits for.
    NONE(0),
    /// Another thread wants the loop to look up.
    WAKE(1),
    /// Connections.
    ACCEPT(2),
    /// Bytes of a connection, into the buffers of all connections.
    RECEIVE(3),
    /// Bytes that leave.
    SEND(4),
    /// A change of readiness.
    POLL(5),
    /// Messages of a datagram port, into buffers of its own.
    RECEIVE_MESSAGES(6);

    private static final int SHIFT = 56;
    private static final OperationKind[] BY_CODE = new OperationKind[7];

    static {
        for (OperationKind operation : values()) {
            BY_CODE[operation.code] = operation;
        }
    }

    private final int code;

    OperationKind(int code) {
        this.code = code;
    }

    /// In the user data's upper byte.
    long bits() {
        return (long) code << SHIFT;
    }

    static OperationKind of(long userData) {
        return BY_CODE[(int) (userData >>> SHIFT)];
    }
}
