package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A time limit may be as long as the longest [Duration], which exceeds the nanoseconds that a `long` can hold.
@Timeout(20)
class LongTimesTest {
    private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE);
    private static final Duration SHORTEST = Duration.ofSeconds(Long.MIN_VALUE);

    private static ServerBuilder at(Model model) {
        return Server.at("tcp://127.0.0.1:0").model(model);
    }

    private static Options.Timeouts allLongest(Options.Timeouts times) {
        return times.withFirstByte(LONGEST).withIdle(LONGEST).withWriteStall(LONGEST).withConversation(LONGEST)
                .withDrain(LONGEST).withDrainQuiet(LONGEST).withClose(LONGEST).withStall(LONGEST);
    }

    @Test
    void everyTimeoutMayBe() throws Exception {
        try (Server server = at(Model.nio()).options(o -> o.withTimeouts(LongTimesTest::allLongest))
                .handle(LongTimesTest::echoes).start()) {
            requireServed(server);
        }
    }

    @Test
    void thePeriodOfAnActionMayBe() throws Exception {
        try (Server server = at(Model.virtual()).every(LONGEST, () -> {
            throw new AssertionError("so soon");
        }).handle(LongTimesTest::echoes).start()) {
            requireServed(server);
        }
    }

    @Test
    void theTimesOfOneConnectionMayBe() throws Exception {
        try (Server server = at(Model.virtual()).handle(connection -> {
            connection.readTimeout(LONGEST);
            connection.deadline(LONGEST);
            int value = connection.readByte();
            connection.sender().send(ByteBuffer.wrap(new byte[]{(byte) value}), LONGEST);
        }).start()) {
            requireServed(server);
        }
    }

    @Test
    void soMayTheWaitForItsEnd() throws Exception {
        CompletableFuture<ConnectionFuture> taken = new CompletableFuture<>();
        try (Server server = at(Model.virtual()).handle(LongTimesTest::echoes).listener(new ServerListener() {
            @Override
            public void accepted(ConnectionFuture connection) {
                taken.complete(connection);
            }
        }).start()) {
            requireServed(server);
            assertThat(taken.get(5, TimeUnit.SECONDS).await(LONGEST)).isInstanceOf(Cause.Done.class);
        }
    }

    @Test
    void aNegativeOneIsRefusedInOneSentence() {
        assertThatThrownBy(() -> at(Model.nio()).every(SHORTEST, () -> {
        })).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("every: -");
        assertThatThrownBy(() -> Options.defaults().withIdleTimeout(SHORTEST))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("idle-timeout: -");
    }

    private static void echoes(Connection connection) throws Exception {
        connection.writeByte(connection.readByte());
    }

    private static void requireServed(Server server) throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().readAllBytes()).containsExactly('x');
        }
    }
}
