package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderLauncher;
import dev.polyserve.bench.contender.ProcessorPlacement;
import dev.polyserve.bench.contender.PolyserveProgram;
import dev.polyserve.bench.contender.RunningContender;
import dev.polyserve.bench.contender.LoadTransport;
import dev.polyserve.bench.contender.ResourceUsage;
import dev.polyserve.bench.load.LoadGenerator;
import dev.polyserve.bench.load.RequestPacing;
import dev.polyserve.bench.load.LoadProfile;
import dev.polyserve.bench.service.FixedCpuWork;
import dev.polyserve.bench.service.BenchService;
import dev.polyserve.comparison.peer.PeerProcess.Listed;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks that the same amount of work takes the same processor time in every peer, in any language, with two
/// concurrent connections. The load generator checks the results.
@Tag("slow")
@Timeout(120)
class ComputingPeersTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final ContenderLauncher LAUNCHER = new ContenderLauncher(new PolyserveProgram(List.of("false")),
            new ProcessorPlacement.Unpinned(2, "it is a test"));
    private static final long MULTIPLICATIONS = 1_000_000;
    private static final int TRIES = 100;
    private static final Duration WINDOW = Duration.ofMillis(200);
    private static final int MOST_WINDOWS = 20;
    private static final double LEAST = 0.8;
    /// On a busy machine a processor computes less per processor time, because caches and cores are shared.
    private static final double MOST = 1.7;

    static List<Listed> peers() throws Exception {
        return PeerProcess.tested("--list-computing");
    }

    @AfterAll
    static void end() {
        LAUNCHER.close();
    }

    @ParameterizedTest
    @MethodSource("peers")
    void takesTheProcessorTimeOfTheWork(Listed listed) throws Exception {
        listed.requireReady();
        Contender peer = Contender.against("%s=exec '%s' %1$s {port} {workload}".formatted(listed.name(),
                PeerProcess.SCRIPT));
        try (RunningContender running = LAUNCHER.start(peer, BenchService.COMPUTE, LoadTransport.TCP);
                LoadGenerator load = LoadGenerator
                        .open(new LoadGenerator.Plan(running.endpoint(), new LoadProfile.Work(64, 0, MULTIPLICATIONS),
                                2, 1,
                                false))) {
            double own;
            double micros;
            int windows = 0;
            do {
                // Again each time: what shares the core may change.
                own = microsHere();
                micros = microsPerRequest(running, load);
            } while ((micros / own < LEAST || micros / own > MOST) && ++windows < MOST_WINDOWS);
            assertThat(micros / own).as("%s: %.0f µs for a request, here %.0f µs", listed, micros, own)
                    .isBetween(LEAST, MOST);
        }
    }

    /// In the first windows, the JIT compilers of the Java peers may also use processor time.
    private static double microsPerRequest(RunningContender running, LoadGenerator load) throws Exception {
        ResourceUsage before = running.usage(load::answered);
        load.begin(new RequestPacing.Closed(1), Duration.ZERO, WINDOW).await();
        ResourceUsage.Cost cost = running.usage(load::answered).since(before);
        return cost.cpuNanos().orElseThrow() / 1e3 / cost.counted();
    }

    @Test
    void onlyPeersThatComputeAreAskedTo() throws Exception {
        Process process = new ProcessBuilder(PeerProcess.SCRIPT, "c-io_uring", "7", "compute").start();
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("peer: c-io_uring serves echo only; take one of c-epoll jdk-virtual ");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    /// The processor time of such a chain in this process, in compiled code.
    private static double microsHere() {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            long before = THREADS.getCurrentThreadCpuTime();
            assertThat(FixedCpuWork.end(1, MULTIPLICATIONS)).isNotZero();
            best = Math.min(best, THREADS.getCurrentThreadCpuTime() - before);
        }
        return best / 1e3;
    }
}
