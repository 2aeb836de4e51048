package dev.polyserve.coroutine.carrier;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lends an executor's thread as the carrier of virtual threads.
///
/// JDK 25 has no public way to choose a virtual thread's scheduler. It has a package-private constructor
/// (`java.lang.ThreadBuilders.VirtualThreadBuilder(Executor)`), which `--add-opens java.base/java.lang=ALL-UNNAMED`
/// opens, as it opens `Thread.currentCarrierThread()`. All reflection on these is in this class, and a test at
/// initialisation checks that they work (start, park, unpark, timed park, carrier). Where they are not available,
/// [#whyNot] has the reason, and callers use the default scheduler, which is slower.
///
/// A virtual thread that such a thread starts inherits its executor. A thread of the JDK resumes timed parks. Any
/// thread may call `execute`, which must not block. The executor must run its tasks on a platform thread.
///
/// **Thread**: any.
public final class Carrier {
    private static final String FLAG = "--add-opens java.base/java.lang=ALL-UNNAMED";
    private static final long TEST_NANOS = TimeUnit.SECONDS.toNanos(2);

    /// Whether a builder was ever made. A thread from such a builder is made after the write, and so sees it.
    private static boolean lent;

    private Carrier() {}

    /// The reason why threads cannot be lent in this program, with the flag that enables it; empty when they can.
    public static Optional<String> whyNot() {
        return Optional.ofNullable(Handles.WHY_NOT);
    }

    /// A builder of virtual threads that run only on the threads on which `runQueue` runs its tasks.
    ///
    /// @throws IllegalStateException when [#whyNot] has a reason
    public static Thread.Builder.OfVirtual threadsOn(Executor runQueue) {
        MethodHandle constructor = Handles.CONSTRUCTOR;
        if (constructor == null || Handles.WHY_NOT != null) {
            throw new IllegalStateException("threads cannot be lent: " + Handles.WHY_NOT);
        }
        lent = true;
        return build(constructor, runQueue);
    }

    /// The carrier of the calling virtual thread; null when no thread was ever lent.
    static @Nullable Thread current() {
        MethodHandle currentCarrier = lent ? Handles.CURRENT_CARRIER : null;
        return currentCarrier == null ? null : current(currentCarrier);
    }

    private static Thread current(MethodHandle currentCarrier) {
        try {
            return (Thread) currentCarrier.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("reading the carrier of a virtual thread failed", e);
        }
    }

    private static Thread.Builder.OfVirtual build(MethodHandle constructor, Executor runQueue) {
        try {
            return (Thread.Builder.OfVirtual) constructor.invokeExact(runQueue);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the constructor of virtual threads failed", e);
        }
    }

    /// Makes the JDK start its socket pollers from a thread of the default scheduler.
    ///
    /// The pollers are virtual threads that start when a virtual thread first waits for a socket, and they inherit its
    /// scheduler.
    private static void initialisePoller() {
        Thread first = Thread.ofVirtual().name("polyserve-poller-initialiser").start(() -> {
            try {
                Pipe pipe = Pipe.open();
                try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
                    Thread writer = Thread.ofPlatform().daemon().start(() -> {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                        write(sink);
                    });
                    source.read(ByteBuffer.allocate(1));
                    writer.join();
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("the JDK's poller did not start", e);
            }
        });
        try {
            first.join(TimeUnit.NANOSECONDS.toMillis(TEST_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(Pipe.SinkChannel sink) {
        try {
            sink.write(ByteBuffer.wrap(new byte[1]));
        } catch (IOException e) {
            throw new IllegalStateException("writing to a new pipe failed", e);
        }
    }

    /// Tests a virtual thread with the calling thread as its carrier: start, unpark, timed park.
    ///
    /// @return the reason of a failure; null when the test passes
    private static @Nullable String test(MethodHandle constructor, MethodHandle currentCarrier) {
        initialisePoller();
        Thread carrier = Thread.currentThread();
        BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(16);
        StringBuilder steps = new StringBuilder();
        Thread tested = build(constructor, queue::add).unstarted(() -> {
            steps.append("started ");
            LockSupport.park();
            steps.append("unparked ");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            steps.append(current(currentCarrier).equals(carrier) ? "timed" : "wrong carrier");
        });
        tested.start();
        long deadline = System.nanoTime() + TEST_NANOS;
        try {
            while (tested.isAlive() && System.nanoTime() < deadline) {
                Runnable continuation = queue.poll(10, TimeUnit.MILLISECONDS);
                if (continuation != null) {
                    continuation.run();
                }
                if (steps.length() == "started ".length()) {
                    LockSupport.unpark(tested);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the test of the JDK's scheduler was interrupted";
        }
        return steps.toString().equals("started unparked timed")
                ? null
                : "this JDK's scheduler failed its test (" + steps.toString().strip() + ")";
    }

    /// The handles of this JDK, looked up and tested once.
    ///
    /// The class holds no code that another thread runs: such a thread would wait for the end of the initialisation,
    /// which waits for that thread.
    private static final class Handles {
        private static final @Nullable MethodHandle CONSTRUCTOR;
        private static final @Nullable MethodHandle CURRENT_CARRIER;
        private static final @Nullable String WHY_NOT;

        static {
            MethodHandle constructor = null;
            MethodHandle currentCarrier = null;
            String whyNot;
            try {
                constructor = constructor();
                currentCarrier = currentCarrier();
                whyNot = test(constructor, currentCarrier);
            } catch (ReflectiveOperationException | RuntimeException e) {
                whyNot = "this JDK keeps its scheduler closed; start java with " + FLAG;
            }
            CONSTRUCTOR = constructor;
            CURRENT_CARRIER = currentCarrier;
            WHY_NOT = whyNot;
        }

        private static MethodHandle currentCarrier() throws ReflectiveOperationException {
            Method declared = Thread.class.getDeclaredMethod("currentCarrierThread");
            declared.setAccessible(true);
            return MethodHandles.lookup().unreflect(declared);
        }

        private static MethodHandle constructor() throws ReflectiveOperationException {
            Class<?> builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
            Constructor<?> declared = builder.getDeclaredConstructor(Executor.class);
            declared.setAccessible(true);
            return MethodHandles.lookup().unreflectConstructor(declared)
                    .asType(MethodType.methodType(Thread.Builder.OfVirtual.class, Executor.class));
        }
    }
}
