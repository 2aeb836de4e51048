package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// On Linux, with the flag of event loops, the model `auto` takes epoll, with a loop for each processor.
@EnabledOnOs(OS.LINUX)
class EpollChoiceTest {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static Model taken(UnaryOperator<ServerBuilder> style) throws IOException {
        try (Server server = style.apply(Server.at("tcp://127.0.0.1:0")).bind()) {
            return server.model();
        }
    }

    @Test
    void everyStyleGetsALoopForEachProcessor() throws IOException {
        Handler handler = _ -> {
        };
        assertThat(taken(server -> server.model(Model.auto()).handle(handler))).isEqualTo(Model.epoll(PROCESSORS));
        assertThat(taken(server -> server.model(Model.auto(3)).messages(Framing.lines(), (_, _) -> {
        }))).isEqualTo(Model.epoll(3));
        assertThat(taken(server -> server.model(Model.auto()).protocol(() -> (_, _) -> {
        }))).isEqualTo(Model.epoll(PROCESSORS));
    }

    @Test
    void aServerWithoutAModelHasAuto() throws IOException {
        assertThat(taken(server -> server.handle(_ -> {
        }))).isEqualTo(Model.epoll(PROCESSORS));
    }

    @Test
    void theWorkersOfAPoolShareTheProcessors() {
        Model pool = Model.processPool(PROCESSORS);
        assertThat(ServerProvider.load().choice(pool, true).orElseThrow().model().execution().inner())
                .isEqualTo(Optional.of(ModelDefinition.of(Model.epoll(1))));
        assertThat(Server.whyNot(pool)).isEqualTo(Server.whyNot(Model.processPool(PROCESSORS, Model.epoll())));
    }

    /// As many handlers as loops compute, and another client is served.
    @Test
    void noHandlerHoldsUpAnotherClient() throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.auto()).handle(client -> {
            for (String line; (line = client.readLine()) != null;) {
                while (line.equals("compute") && !client.draining()) {
                    Thread.onSpinWait();
                }
                client.writeLine(line);
            }
        }).start()) {
            InetSocketAddress address = (InetSocketAddress) server.address();
            Socket[] computing = new Socket[PROCESSORS];
            for (int i = 0; i < PROCESSORS; i++) {
                computing[i] = new Socket(address.getAddress(), address.getPort());
                computing[i].getOutputStream().write("compute\n".getBytes(StandardCharsets.UTF_8));
            }
            for (int i = 0; i < PROCESSORS; i++) {
                try (Socket other = new Socket(address.getAddress(), address.getPort())) {
                    other.setSoTimeout(20_000);
                    other.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
                    assertThat(new String(other.getInputStream().readNBytes(6), StandardCharsets.UTF_8))
                            .isEqualTo("hello\n");
                }
            }
            for (Socket one : computing) {
                one.close();
            }
        }
    }
}
