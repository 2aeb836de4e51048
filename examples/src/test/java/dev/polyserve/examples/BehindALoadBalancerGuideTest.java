package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Runs the snippet of `docs/guide/behind-a-load-balancer.md`.
class BehindALoadBalancerGuideTest {
    @Test
    void theHandlerSeesTheClientAndTheLoadBalancer() throws Exception {
        // region senders
        Server server = Server.at("tcp://127.0.0.1:0?proxy=127.0.0.1,10.0.0.0/8")
                .options(o -> o.withProxyProtocol(p -> p.withTimeout(Duration.ofSeconds(5))))
                .handle(client -> client.writeLine("hello " + Endpoint.textOf(client.info().peer())
                        + client.info().proxied().map(by -> " by " + Endpoint.textOf(by.sender())).orElse("")))
                .start();
        // endregion
        try (server; Client balancer = Client.of(server)) {
            assertThat(balancer.send("PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n").line())
                    .startsWith("hello 192.0.2.7:4000 by 127.0.0.1:");
        }
    }
}
