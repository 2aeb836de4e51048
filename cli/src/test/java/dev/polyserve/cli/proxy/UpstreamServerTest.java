package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.UnreachableException;
import dev.polyserve.tls.RefusedHandshakeException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
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

    @Test
    void aLackOfLocalPortsDoesNotEitherButAnotherUpstreamMayBeTried() {
        UpstreamException lacks = failure(
                UnreachableException.noPort(new IOException("Cannot assign requested address")));
        assertThat(lacks.isOfThisProcess()).isFalse();
        assertThat(lacks).hasMessageContaining("10.0.0.1:80: no local port is free; ");
        assertThat(upstream.health().isUp()).isTrue();
        assertThat(upstream.status()).extracting(UpstreamStatus::active, UpstreamStatus::failed).containsExactly(0L,
                0L);
    }

    /// What is said of a certificate.
    private static String sentence(Exception why) {
        SSLHandshakeException failed = new SSLHandshakeException("handshake");
        failed.initCause(why);
        ConnectException connect = new ConnectException("cannot connect");
        connect.initCause(RefusedHandshakeException.of(failed, "a.example", failed));
        return String.valueOf(UpstreamException.of(Endpoint.parse("tls://a.example:443"), connect).getMessage());
    }

    @Test
    void theRemedyIsThatOfTheProxyAndTheReasonThatOfTheJdk() {
        assertThat(sentence(new CertificateException("No name")))
                .isEqualTo("cannot connect to tls://a.example:443: the server's certificate is not for a.example;"
                        + " name the upstream as its certificate does (No name)");
        assertThat(sentence(new CertificateException("PKIX", new CertPathBuilderException("no path"))))
                .contains(" is not signed by ").endsWith(" with --upstream-ca FILE (no path)");
    }
}
