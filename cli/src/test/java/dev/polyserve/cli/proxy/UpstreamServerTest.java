package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.io.ResourceExhaustedException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a failed connect says about an upstream, which is down after the first failure.
class UpstreamServerTest {
    private final UpstreamServer upstream = new UpstreamServer(Client.to("tcp://10.0.0.1:80"),
            new UpstreamHealth(new UpstreamHealthOptions(Duration.ZERO, 1, 1, Duration.ZERO), () -> 0),
            new UpstreamCounters());

    /// A client whose handler cannot connect.
    private static Connection client(IOException why) {
        ConnectException failure = new ConnectException("cannot connect to tcp://10.0.0.1:80: " + why.getMessage());
        failure.initCause(why);
        return (Connection) Proxy.newProxyInstance(UpstreamServerTest.class.getClassLoader(),
                new Class<?>[]{Connection.class}, (_, _, _) -> {
                    throw failure;
                });
    }

    private UpstreamException failure(IOException why) {
        try (Connection _ = upstream.connectFor(client(why))) {
            throw new AssertionError("it is connected");
        } catch (UpstreamException e) {
            return e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRefusalCounts() {
        UpstreamException refused = failure(new IOException("nothing listens there"));
        assertThat(refused.isOfThisProcess()).isFalse();
        assertThat(upstream.health().isUp()).isFalse();
        assertThat(upstream.status()).extracting(UpstreamStatus::active, UpstreamStatus::failed).containsExactly(0L,
                1L);
    }

    @Test
    void aLackOfDescriptorsOfThisProcessDoesNot() {
        UpstreamException lacks = failure(ResourceExhaustedException.noSocket(new IOException("Too many open files")));
        assertThat(lacks.isOfThisProcess()).isTrue();
        assertThat(lacks).hasMessageContaining("10.0.0.1:80: this process cannot open another socket (Too many open");
        assertThat(upstream.health().isUp()).isTrue();
        assertThat(upstream.status()).extracting(UpstreamStatus::active, UpstreamStatus::failed).containsExactly(0L,
                0L);
    }
}
