package dev.polyserve.linux.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.DrainReport;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.Workers;
import dev.polyserve.program.TestProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A server that drains waits for connections that its workers accepted before they read the command.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class LateConnectionTest {
    private static final int TIMEOUT_SECONDS = 60;
    private static final String LAST_WORDS = "last words\n";

    @Test
    void isServedToItsEndAndWaitedFor() throws Exception {
        BlockingQueue<ConnectionFuture> accepted = new LinkedBlockingQueue<>();
        try (Server server = server(accepted);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
            CompletableFuture<DrainReport> drained = drained(server);
            ConnectionFuture late = accepted.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            assertThat(late).as("the connection that its worker has accepted meanwhile").isNotNull();
            client.getOutputStream().write(LAST_WORDS.getBytes(StandardCharsets.UTF_8));
            assertThat(client.getInputStream().readNBytes(LAST_WORDS.length()))
                    .asString(StandardCharsets.UTF_8).isEqualTo(LAST_WORDS);
            assertThat(drained).as("the drain, while it lasts").isNotDone();
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).as("what comes then").isEqualTo(-1);
            DrainReport event = drained.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            assertThat(event.aborted()).as("aborted").isZero();
            assertThat(event.finished()).as("finished").isEqualTo(1);
            assertThat(late.outcome()).contains(new Cause.Done(true));
            assertThat(late.bytesIn()).isEqualTo(LAST_WORDS.length());
        }
    }

    private static Server server(BlockingQueue<ConnectionFuture> accepted) throws IOException {
        List<String> worker = TestProgram.command(List.of(), LateWorker.class);
        return Server.at("tcp://127.0.0.1:0")
                .model(Model.processPool(1, 1, Model.virtual(), Workers.defaults().withProgram(worker)))
                .listener(new ServerListener() {
                    @Override
                    public void accepted(ConnectionFuture connection) {
                        accepted.add(connection);
                    }
                })
                .handle(_ -> {
                    throw new IllegalStateException("served in the worker");
                })
                .start();
    }

    private static CompletableFuture<DrainReport> drained(Server server) {
        CompletableFuture<DrainReport> drained = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("drains").start(() -> {
            try {
                drained.complete(server.drain(Duration.ofSeconds(TIMEOUT_SECONDS)));
            } catch (InterruptedException e) {
                drained.completeExceptionally(e);
            }
        });
        return drained;
    }
}
