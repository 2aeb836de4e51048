package dev.polyserve.conversation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Counts the bytes of one connection.
///
/// It is a superclass of [Conversation], as [Deadlines] is, and not a separate object: a request would have to touch
/// that object, too, and an idle connection to keep it.
///
/// **Thread**: one writer per direction at a time; any thread reads, and may see values that lag behind.
class ByteCounters extends ConnectionLifecycle {
    private static final VarHandle IN;
    private static final VarHandle OUT;

    static {
        try {
            IN = MethodHandles.lookup().findVarHandle(ByteCounters.class, "inBytes", long.class);
            OUT = MethodHandles.lookup().findVarHandle(ByteCounters.class, "outBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private long inBytes;
    @SuppressWarnings("unused")
    private long outBytes;

    public final long bytesIn() {
        return (long) IN.getOpaque(this);
    }

    public final long bytesOut() {
        return (long) OUT.getOpaque(this);
    }

    final void addIn(long bytes) {
        IN.setOpaque(this, (long) IN.get(this) + bytes);
    }

    final void addOut(long bytes) {
        OUT.setOpaque(this, (long) OUT.get(this) + bytes);
    }
}
