package dev.polyserve.coroutine.carrier;

import dev.polyserve.coroutine.hub.Hub;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A carrier that runs submitted continuations in order.
@Timeout(60)
class CarrierThreadTest {
    private static final long LONG_NANOS = TimeUnit.HOURS.toNanos(1);

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final CarrierThread carrier = new CarrierThread("carrier", true, this::carry);

    private void carry() {
        try {
            while (true) {
                Runnable next = queue.take();
                // Taking from the queue may have taken the permit, which a loop that waits in a system call keeps.
                carrier().renewPermit();
                carrier().beforeMount();
                next.run();
            }
        } catch (InterruptedException e) {
            // The end of the test.
            return;
        }
    }

    private CarrierThread carrier() {
        return carrier;
    }

    @BeforeEach
    void start() {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        carrier.start();
    }

    @AfterEach
    void stop() {
        carrier.interrupt();
    }

    private <T> CompletableFuture<T> carried(Callable<T> work) {
        var result = new CompletableFuture<T>();
        Carrier.threadsOn(queue::add).start(() -> {
            try {
                result.complete(work.call());
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static <T> T soon(CompletableFuture<T> result) throws Exception {
        return result.get(30, TimeUnit.SECONDS);
    }

    /// Runs an action below a native method, which pins the thread.
    private static boolean belowNative(Callable<Boolean> work) throws Exception {
        var result = new CompletableFuture<Boolean>();
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MethodHandle compare = MethodHandles.insertArguments(MethodHandles.lookup().findStatic(
                    CarrierThreadTest.class, "compare",
                    MethodType.methodType(int.class, Callable.class, CompletableFuture.class, MemorySegment.class,
                            MemorySegment.class)),
                    0, work, result);
            MemorySegment upcall = linker.upcallStub(compare,
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena);
            MethodHandle qsort = linker.downcallHandle(linker.defaultLookup().findOrThrow("qsort"),
                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS));
            qsort.invokeExact(arena.allocate(2), 2L, 1L, upcall);
        } catch (Throwable e) {
            throw new IllegalStateException("qsort cannot be called", e);
        }
        return result.join();
    }

    @SuppressWarnings("unused") // called by qsort
    private static int compare(Callable<Boolean> work, CompletableFuture<Boolean> result, MemorySegment one,
            MemorySegment other) {
        try {
            result.complete(work.call());
        } catch (Exception e) {
            result.completeExceptionally(e);
        }
        return 0;
    }

    /// Waits in a class initialiser, which pins the thread.
    private static final class InInitialiser {
        static final boolean WAITED = CarrierThread.park(InInitialiser.class);
    }

    @Test
    void aThreadThatIsNotPinnedWaits() throws Exception {
        var parking = new CompletableFuture<Thread>();
        CompletableFuture<Boolean> waited = carried(() -> {
            parking.complete(Thread.currentThread());
            return CarrierThread.park(this);
        });
        Thread thread = soon(parking);
        assertThat(soon(carried(() -> "the carrier is free"))).isNotEmpty();
        assertThat(waited).isNotDone();
        LockSupport.unpark(thread);
        assertThat(soon(waited)).isTrue();
    }

    @Test
    void anEarlyReturnIsNotMistakenForPinning() throws Exception {
        assertThat(soon(carried(() -> {
            LockSupport.unpark(Thread.currentThread());
            boolean parked = CarrierThread.park(this);
            Thread.currentThread().interrupt();
            return parked && CarrierThread.parkNanos(this, LONG_NANOS) && Thread.interrupted();
        }))).isTrue();
    }

    @Test
    void aThreadPinnedByANativeMethodDoesNotWait() throws Exception {
        var waits = new AtomicInteger();
        assertThat(soon(carried(() -> belowNative(() -> {
            for (int i = 0; i < 3; i++) {
                waits.addAndGet(CarrierThread.park(this) ? 1 : 0);
                waits.addAndGet(CarrierThread.parkNanos(this, LONG_NANOS) ? 1 : 0);
            }
            return CarrierThread.canUnmount();
        })))).isFalse();
        assertThat(waits).hasValue(0);
        assertThat(soon(carried(() -> "the carrier is free"))).isNotEmpty();
    }

    @Test
    void aThreadPinnedByAClassInitialiserDoesNotWait() throws Exception {
        assertThat(soon(carried(() -> InInitialiser.WAITED))).isFalse();
    }

    @Test
    void renewingThePermitUnblocksACarrier() throws Exception {
        var pinned = new CompletableFuture<Boolean>();
        CompletableFuture<Boolean> waited = carried(() -> belowNative(() -> {
            LockSupport.parkNanos(1); // takes the permit, as a contended lock would
            pinned.complete(true);
            return CarrierThread.park(this);
        }));
        soon(pinned);
        while (!waited.isDone()) {
            carrier.renewPermit();
            Thread.onSpinWait();
        }
        assertThat(soon(waited)).isFalse();
    }

    @Test
    void otherThreadsParkAsUsual() throws Exception {
        assertThat(CarrierThread.parkNanos(this, 1)).isTrue();
        assertThat(CarrierThread.canUnmount()).isTrue();
        var elsewhere = new CompletableFuture<Boolean>();
        Thread.ofVirtual()
                .start(() -> elsewhere.complete(CarrierThread.parkNanos(this, 1) && CarrierThread.canUnmount()));
        assertThat(soon(elsewhere)).isTrue();
    }

    @Test
    void aPinnedTaskCannotSleepAndTheHubContinues() throws Exception {
        String other = Hub.call(hub -> {
            assertThat(belowNative(() -> {
                assertThatIllegalStateException().isThrownBy(() -> hub.sleep(Duration.ofHours(1)))
                        .withMessageContaining("a class initialiser is on the stack");
                return true;
            })).isTrue();
            hub.sleep(Duration.ofMillis(1));
            return hub.spawn(() -> "served").get();
        });
        assertThat(other).isEqualTo("served");
    }
}
