package dev.polyserve.conformance;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Options;
import dev.polyserve.ServerBuilder;
import dev.polyserve.Tls;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/// A clause whose handlers connect to a server, at the endpoint that is the first line of their client.
abstract class GatewayContractTests extends ContractTests {
    static final Duration SHORT = Duration.ofMillis(150);
    static final int MANY_BYTES = 3 << 20;

    /// What a handler does with its two connections.
    @FunctionalInterface
    interface Gateway {
        void serve(Connection client, Connection upstream) throws Exception;
    }

    /// A handler reads the endpoint from its client's first line and connects to it. It closes the connection.
    static TestService gateway(Gateway gateway) {
        return openGateway((client, upstream) -> {
            try (upstream) {
                gateway.serve(client, upstream);
            }
        });
    }

    /// The same, but the connection stays open until the handler ends.
    static TestService openGateway(Gateway gateway) {
        return openGateway(to -> to.withTls(Tls.client(TestCertificate.CONTEXT)), gateway);
    }

    /// @param with what else the handler says about its upstream
    static TestService openGateway(UnaryOperator<Client> with, Gateway gateway) {
        return new TestService(() -> client -> {
            Connection upstream;
            try {
                upstream = client.connect(with.apply(Client.to(String.valueOf(client.readLine()))));
            } catch (ConnectException e) {
                client.writeLine(String.valueOf(e.getMessage()));
                return;
            }
            gateway.serve(client, upstream);
        }, () -> (_, _) -> {});
    }

    static void forwardLines(Connection client, Connection upstream) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            upstream.writeLine(line);
            client.writeLine(String.valueOf(upstream.readLine()));
        }
    }

    static UnaryOperator<ServerBuilder> times(UnaryOperator<Options.Timeouts> change) {
        return with -> with.options(options -> options.withTimeouts(change));
    }

    final ServerFixture serve(TestService service) throws IOException {
        return serve(service, with -> with);
    }

    final ServerFixture serve(TestService service, UnaryOperator<ServerBuilder> with) throws IOException {
        needsStyle(HandlerStyle.HANDLER);
        return start(service, with);
    }

    static Client to(TestUpstream upstream) throws IOException {
        return Client.to(upstream.endpoint()).withTls(Tls.client(TestCertificate.CONTEXT));
    }
}
