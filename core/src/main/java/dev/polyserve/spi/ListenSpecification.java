package dev.polyserve.spi;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import java.util.Optional;

/// The text form of where to listen: an endpoint, and after `?proxy=` the peers that must send a PROXY header there.
///
/// **Thread**: any.
///
/// @param endpoint the endpoint
/// @param senders the peers, if it names any
public record ListenSpecification(Endpoint endpoint, Optional<Networks> senders) {
    private static final String PROXY = "?proxy=";

    /// Reads the text form.
    ///
    /// @throws IllegalArgumentException with one sentence: what is wrong, and the correct form
    public static ListenSpecification parse(String text) {
        int at = text.lastIndexOf(PROXY);
        if (at < 0) {
            return new ListenSpecification(Endpoint.parse(text), Optional.empty());
        }
        Endpoint endpoint = Endpoint.parse(text.substring(0, at));
        if (endpoint instanceof Endpoint.UnixDatagram) {
            throw new IllegalArgumentException("bad endpoint '" + text
                    + "': ?proxy= is for endpoints that a load balancer forwards to, and none forwards datagrams of Unix");
        }
        try {
            return new ListenSpecification(endpoint, Optional.of(Networks.parse(text.substring(at + PROXY.length()))));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("bad endpoint '" + text + "': " + e.getMessage(), e);
        }
    }
}
