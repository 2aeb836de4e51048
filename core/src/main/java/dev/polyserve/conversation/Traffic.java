package dev.polyserve.conversation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Counts the bytes of one connection.
///
/// **Thread**: one writer per direction at a time; anyone reads, and may lag behind.
final class Traffic {
    private static final VarHandle IN;
    private static final VarHandle OUT;

    static {
        try {
            IN = MethodHandles.lookup().findVarHandle(Traffic.class, "inBytes", long.class);
            OUT = MethodHandles.lookup().findVarHandle(Traffic.class, "outBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private long inBytes;
    @SuppressWarnings("unused")
    private long outBytes;

    long in() {
        return (long) IN.getOpaque(this);
    }

    long out() {
        return (long) OUT.getOpaque(this);
    }

    void countIn(int bytes) {
        IN.setOpaque(this, (long) IN.get(this) + bytes);
    }

    void countOut(long bytes) {
        OUT.setOpaque(this, (long) OUT.get(this) + bytes);
    }
}
