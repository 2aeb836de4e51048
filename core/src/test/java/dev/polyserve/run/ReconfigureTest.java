package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Options that change on a live server.
@Timeout(20)
class ReconfigureTest {
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void moreRoomLetsWaitingClientsIn(String model) throws Exception {
        try (Server server = greeting(model, o -> o.withMaxConnections(1), new CompletableFuture<>());
                Socket first = connect(server);
                Socket second = connect(server)) {
            assertThat(first.getInputStream().read()).isEqualTo('h');
            server.reconfigure(o -> o.withMaxConnections(2));
            assertThat(second.getInputStream().read()).isEqualTo('h');
            assertThat(server.options().limits().connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void aShorterIdleTimeHoldsForTheWaitThatGoesOn(String model) throws Exception {
        CompletableFuture<Cause> cause = new CompletableFuture<>();
        // The shortest of the previous time limits sets how often they are checked.
        try (Server server = greeting(model, o -> o.withTimeouts(t -> t.withWriteStall(Duration.ofMillis(50))), cause);
                Socket client = connect(server)) {
            assertThat(client.getInputStream().read()).isEqualTo('h');
            server.reconfigure(o -> o.withIdleTimeout(Duration.ofMillis(50)));
            assertThat(cause.get(10, TimeUnit.SECONDS)).isEqualTo(new Cause.TimedOut(Limit.FIRST_BYTE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "virtual")
    void whatHoldsFromTheStartIsRefusedAndNothingChanges(String model) throws Exception {
        try (Server server = greeting(model, o -> o, new CompletableFuture<>())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server
                            .reconfigure(o -> o.withMaxConnections(3).withSockets(s -> s.withBacklog(7))))
                    .withMessageContaining("socket options");
            assertThat(server.options().limits().connections()).isEqualTo(20_000);
        }
    }

    private static Server greeting(String model, java.util.function.UnaryOperator<dev.polyserve.Options> options,
            CompletableFuture<Cause> cause) throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.named(model)).options(options).listener(new ServerListener() {
            @Override
            public void closed(ConnectionInfo connection, Cause why) {
                cause.complete(why);
            }
        }).handle(client -> {
            client.print("h");
            client.readLine();
        }).start();
    }

    private static Socket connect(Server server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }
}
