package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The contract for handlers on event loops where the JDK lends no thread, so that they run on the default scheduler.
///
/// The test runs in a JVM of its own, without `--add-opens`.
@Tag("without-the-flag")
@Tag("slow")
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
@ExtendWith(CellSelectionCondition.class)
class WithoutTheFlagTest extends StreamContract {
    WithoutTheFlagTest(ContractCell cell) {
        super(cell);
    }

    /// Checks that the fallback runs: the carrier of a coroutine is a thread of the default scheduler.
    @BeforeAll
    static void theFlagIsNotSet() throws Exception {
        var coroutine = new CompletableFuture<String>();
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.nio())
                .handle(_ -> coroutine.complete(Thread.currentThread().toString())).start();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertTrue(client.getInputStream().read() < 0);
        }
        assertTrue(coroutine.join().contains("ForkJoinPool"), coroutine::join);
    }

    static List<ContractCell> cells() {
        return StreamCells.in(StreamCells.Environment.WITHOUT_THE_FLAG).stream()
                .filter(cell -> Server.whyNot(cell.model()).isEmpty()).toList();
    }
}
