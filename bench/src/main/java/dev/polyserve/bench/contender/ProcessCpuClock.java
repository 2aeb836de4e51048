package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcessStat;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the processor time of other processes from their CPU-time clocks, in nanoseconds (Linux).
///
/// `/proc/PID/stat` has the same figure in hundredths of a second, which is 2 % of a round of one second. The clock
/// includes all threads, also ended ones, and lags by at most one timer tick for each running thread.
///
/// **Thread**: any.
final class ProcessCpuClock {
    private static final int CLOCK_MONOTONIC_COARSE = 6;
    /// The clock of all threads of a process, in the kernel's encoding of clock ids (`CPUCLOCK_SCHED`).
    private static final int SCHEDULED = 2;
    private static final MemoryLayout TIMESPEC = MemoryLayout.structLayout(ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final Optional<ProcessCpuClock> INSTANCE = open();

    private final MethodHandle clockGettime;
    private final MethodHandle clockGetres;

    private ProcessCpuClock(Linker linker, SymbolLookup library) {
        FunctionDescriptor shape = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        clockGettime = linker.downcallHandle(library.findOrThrow("clock_gettime"), shape);
        clockGetres = linker.downcallHandle(library.findOrThrow("clock_getres"), shape);
    }

    /// Empty on other systems, and without native access (`--enable-native-access`).
    static Optional<ProcessCpuClock> instance() {
        return INSTANCE;
    }

    /// The processor time of the process so far; empty when the process does not exist.
    OptionalLong nanos(long pid) {
        return read(clockGettime, (int) (~pid << 3) | SCHEDULED);
    }

    /// The length of a timer tick of the kernel.
    long tickNanos() {
        return read(clockGetres, CLOCK_MONOTONIC_COARSE).orElse(ProcessStat.TICK_NANOS);
    }

    private static Optional<ProcessCpuClock> open() {
        boolean linux = System.getProperty("os.name", "").equals("Linux");
        boolean wide = ValueLayout.ADDRESS.byteSize() == Long.BYTES;
        if (!linux || !wide || !ProcessCpuClock.class.getModule().isNativeAccessEnabled()) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        return Optional.of(new ProcessCpuClock(linker, linker.defaultLookup()));
    }

    private static OptionalLong read(MethodHandle call, int clock) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(TIMESPEC);
            int status = (int) call.invokeExact(clock, time);
            return status == 0
                    ? OptionalLong.of(time.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND
                            + time.getAtIndex(ValueLayout.JAVA_LONG, 1))
                    : OptionalLong.empty();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a C library call failed", e);
        }
    }
}
