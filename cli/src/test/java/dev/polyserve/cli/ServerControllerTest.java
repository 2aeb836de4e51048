package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.operation.HotRestart;
import dev.polyserve.linux.activation.SdNotify;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The start of a server, and its end without a signal.
@Timeout(30)
class ServerControllerTest {
    private static Server nothingServed() throws IOException {
        return Server.at("tcp://127.0.0.1:0").handle(connection -> {
        }).start();
    }

    /// The life cycle of a server with a restart that fails at once. Unless it is closed, its deadline ends this process later.
    private static ServerController life(ConsoleLog log) {
        ServeSettings settings = new ServeSettings();
        settings.put(ServeSetting.LISTEN, List.of("tcp://127.0.0.1:0", "tcp://127.0.0.1:0"), "--listen");
        return new ServerController(log, ServePlan.of(List.of(), settings), settings, null, List.of(),
                SdNotify.ofThisProcess(),
                new HotRestart(log, List.of(), Optional.empty(), Optional.empty(), Duration.ZERO));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void itCanBeRestartedBeforeThePidFileIsWritten() throws Exception {
        LineSink err = new LineSink();
        try (ConsoleLog log = new ConsoleLog(err.stream(), false);
                Server server = nothingServed();
                ServerController life = life(log)) {
            life.serves(server);
            Objects.requireNonNull(life.signals().get("USR2")).run();
            assertThat(err.awaitContaining("the restart failed")).contains("cannot be handed on");
        }
    }

    @Test
    void itEndsWith1WhenAllListenersHaveFailed() throws Exception {
        LineSink err = new LineSink();
        try (ConsoleLog log = new ConsoleLog(err.stream(), false);
                Server server = nothingServed();
                ServerController life = life(log)) {
            Endpoint endpoint = server.endpoints().getFirst();
            life.listenerDown(endpoint, new IOException("one"));
            assertThat(err.text()).isEmpty();
            life.listenerDown(endpoint, new IOException("the other"));
            assertThat(life.live(server, "serving")).isEqualTo(1);
            assertThat(err.awaitContaining("all listeners have failed")).contains("ERROR");
        }
    }
}
