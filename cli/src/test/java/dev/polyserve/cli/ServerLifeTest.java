package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.operation.Restart;
import dev.polyserve.linux.activation.ServiceManager;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a server's life ends when no signal ends it.
@Timeout(30)
class ServerLifeTest {
    @Test
    void itEndsWith1WhenNoListenerIsLeft() throws Exception {
        Settings settings = new Settings();
        settings.put(Setting.LISTEN, List.of("tcp://127.0.0.1:0", "tcp://127.0.0.1:0"), "--listen");
        LineSink err = new LineSink();
        try (ConsoleLog log = new ConsoleLog(err.stream(), false);
                Server server = Server.at("tcp://127.0.0.1:0").handle(connection -> {
                }).start()) {
            ServerLife life = new ServerLife(log, ServePlan.of(List.of(), settings), settings, null, List.of(),
                    ServiceManager.ofThisProcess(), new Restart(log, List.of(), Optional.empty(), Duration.ZERO));
            Endpoint endpoint = server.endpoints().getFirst();
            life.listenerDown(endpoint, new IOException("one"));
            assertThat(err.text()).isEmpty();
            life.listenerDown(endpoint, new IOException("the other"));
            assertThat(life.live(server, "serving")).isEqualTo(1);
            assertThat(err.awaitContaining("no listener is left")).contains("ERROR");
        }
    }
}
