package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Endpoint;
import dev.polyserve.Framing;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.pool.ConnectionPool;
import dev.polyserve.pool.MultiplexedClient;
import dev.polyserve.relay.Relay;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs the snippets of `docs/guide/outgoing.md`.
@Timeout(60)
class OutgoingGuideTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    private static Server adder() throws IOException {
        return Server.at(ANY_PORT).handler(HandlersGuideTest.Adder::new).start();
    }

    @Test
    void aHandlerConnectsToAnotherServer() throws Exception {
        try (Server adder = adder()) {
            String upstreamEndpoint = adder.endpoints().getFirst().toString();
            String endpoint = ANY_PORT;
            // region gateway
            Server gateway = Server.at(endpoint)
                    .handle(client -> {
                        try (Connection upstream = client.connect(upstreamEndpoint)) {
                            for (String line; (line = client.readLine()) != null;) {
                                upstream.writeLine(line);
                                client.writeLine("they say: " + upstream.readLine());
                            }
                        }
                    })
                    .start();
            // endregion
            try (gateway; Connection client = Client.to(gateway.endpoints().getFirst()).connect()) {
                client.writeLine("1");
                assertThat(client.readLine()).isEqualTo("they say: sum 1");
                client.writeLine("2");
                assertThat(client.readLine()).isEqualTo("they say: sum 3");
            }
        }
    }

    @Test
    void aHandlerRelays() throws Exception {
        try (Server adder = adder()) {
            String upstreamEndpoint = adder.endpoints().getFirst().toString();
            String endpoint = ANY_PORT;
            // region relay
            Server proxy = Server.at(endpoint)
                    .handle(client -> {
                        try (Connection upstream = client.connect(upstreamEndpoint)) {
                            Relay.between(client, upstream);
                        }
                    })
                    .start();
            // endregion
            try (proxy; Connection client = Client.to(proxy.endpoints().getFirst()).connect()) {
                client.writeLine("1");
                assertThat(client.readLine()).isEqualTo("sum 1");
                client.end();
                assertThat(client.readLine()).isNull();
            }
        }
    }

    @Test
    void handlersShareAPool() throws Exception {
        try (Server adder = adder()) {
            String upstreamEndpoint = adder.endpoints().getFirst().toString();
            String endpoint = ANY_PORT;
            // region pool
            ConnectionPool pool = ConnectionPool.to(upstreamEndpoint).most(16).open();
            Server gateway = Server.at(endpoint)
                    .messages(Framing.lines(), (line, client) -> client.writeLine(pool.call(client, upstream -> {
                        upstream.writeLine(line);
                        return upstream.readLine();
                    })))
                    .start();
            // endregion
            try (pool; gateway) {
                for (String sum : List.of("sum 1", "sum 2")) { // of one connection to the adder
                    try (Connection client = Client.to(gateway.endpoints().getFirst()).connect()) {
                        client.writeLine("1");
                        assertThat(client.readLine()).isIn("sum 1", sum);
                    }
                }
            }
        }
    }

    @Test
    void requestsShareAConnection() throws Exception {
        try (Server echo = Server.at(ANY_PORT)
                .messages(Framing.lines(), (line, client) -> client.writeLine(line))
                .start()) {
            Endpoint upstreamEndpoint = echo.endpoints().getFirst();
            // region multiplexed
            MultiplexedClient<String, String> backend = new MultiplexedClient<>(Client.to(upstreamEndpoint),
                    Framing.lines(), line -> line.substring(0, line.indexOf(' ')), 100);
            String answer = backend.request("7 what is it?", Duration.ofSeconds(10));
            // endregion
            try (backend) {
                assertThat(answer).isEqualTo("7 what is it?");
            }
        }
    }

    @Test
    void aProgramIsAClient() throws Exception {
        try (Server adder = adder()) {
            Endpoint endpoint = adder.endpoints().getFirst();
            String answer;
            // region client
            try (Connection server = Client.to(endpoint).connect()) {
                server.writeLine("20");
                answer = server.readLine();
            }
            // endregion
            assertThat(answer).isEqualTo("sum 20");
        }
    }

    @Test
    void aServerServesTheConnectionsThatItBegins() throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        try (Server greeting = Server.at(ANY_PORT).handle(client -> client.writeLine("welcome")).start()) {
            Endpoint endpoint = greeting.endpoints().getFirst();
            // region begun
            Server clients = Server.unbound()
                    .model(Model.nio())
                    .messages(Framing.lines(), (line, server) -> answers.add(line))
                    .start();
            ConnectionFuture first = clients.connect(Client.to(endpoint));
            // endregion
            try (clients) {
                assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("welcome");
                assertThat(first.await(Duration.ofSeconds(10))).isEqualTo(new Cause.Done(true));
            }
        }
    }
}
