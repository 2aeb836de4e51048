package dev.polyserve.coroutine;

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

/// Lends a thread as the carrier of virtual threads: these run only where their executor runs what it is given.
///
/// JDK 25 has no public way to choose a virtual thread's scheduler. It has a package-private constructor
/// (`java.lang.ThreadBuilders.VirtualThreadBuilder(Executor)`), which `--add-opens java.base/java.lang=ALL-UNNAMED` opens, as it opens
/// `Thread.currentCarrierThread()`. All reflection on these is here, and it is tested (start, park, unpark, timed park, the carrier)
/// before it is believed. Where it is not to be had, [#whyNot] says why, and the same code runs on the default scheduler, slower.
///
/// Facts to know of such threads: one that they start inherits the scheduler; timed parks come back through a thread of
/// the JDK; `execute` is called from any thread, and must not block. The executor must run tasks on a platform thread.
///
/// **Thread**: any.
public final class Carrier {
    private static final String FLAG = "--add-opens java.base/java.lang=ALL-UNNAMED";
    private static final long TEST_NANOS = TimeUnit.SECONDS.toNanos(2);

    /// Whether a thread was ever lent. A virtual thread for which that matters was built after it was set, and so sees it.
    private static boolean lent;

    private Carrier() {}

    /// Why threads cannot be lent in this program, with the flag that would help; empty when they can.
    public static Optional<String> whyNot() {
        return Optional.ofNullable(Found.WHY_NOT);
    }

    /// A builder of virtual threads that run only where `runQueue` runs what it is given.
    ///
    /// @throws IllegalStateException when [#whyNot] has a reason
    public static Thread.Builder.OfVirtual threadsOn(Executor runQueue) {
        MethodHandle constructor = Found.CONSTRUCTOR;
        if (constructor == null || Found.WHY_NOT != null) {
            throw new IllegalStateException("threads cannot be lent: " + Found.WHY_NOT);
        }
        lent = true;
        return build(constructor, runQueue);
    }

    /// The platform thread that carries the calling virtual thread; null where no thread was ever lent.
    static @Nullable Thread current() {
        MethodHandle currentCarrier = lent ? Found.CURRENT_CARRIER : null;
        return currentCarrier == null ? null : current(currentCarrier);
    }

    private static Thread current(MethodHandle currentCarrier) {
        try {
            return (Thread) currentCarrier.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the carrier of a virtual thread cannot be found out", e);
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

    /// The JDK starts its own pollers, virtual threads too, when a virtual thread first waits for a socket. They inherit the
    /// scheduler of that thread, so it must be one of the default scheduler's.
    private static void initialiseThePoller() {
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
            throw new IllegalStateException("a pipe of our own cannot be written", e);
        }
    }

    /// Starts, parks, unparks and parks with a time limit on a queue that this thread empties.
    private static @Nullable String test(MethodHandle constructor, MethodHandle currentCarrier) {
        initialiseThePoller();
        Thread carrier = Thread.currentThread();
        BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(16);
        StringBuilder steps = new StringBuilder();
        Thread tested = build(constructor, queue::add).unstarted(() -> {
            steps.append("started ");
            LockSupport.park();
            steps.append("unparked ");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            steps.append(current(currentCarrier).equals(carrier) ? "timed" : "carried elsewhere");
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
            return "its test was interrupted";
        }
        return steps.toString().equals("started unparked timed")
                ? null
                : "this JDK's scheduler did not pass its test (" + steps.toString().strip() + ")";
    }

    /// What this JDK offers, found and tested once. Nothing that another thread runs may be in here: it would wait for the
    /// end of this class's initialisation, which waits for it.
    private static final class Found {
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
