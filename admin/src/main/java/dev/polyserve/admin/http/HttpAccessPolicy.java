package dev.polyserve.admin.http;

import com.sun.net.httpserver.Headers;
import dev.polyserve.Endpoint;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides which requests to an HTTP endpoint are answered, by token and origin.
///
/// Reading takes a token unless the endpoint is on loopback or a Unix socket. An action always takes one, in a header that
/// a form of another site cannot set. Pages of other sites are refused, also those whose host name was made to lead here
/// (DNS rebinding).
///
/// **Thread**: any.
///
/// @param endpoint the endpoint
/// @param exposed whether other machines can reach it
/// @param page what the endpoint is called in messages, such as `admin`
/// @param howToAct what to do to have a token, in one clause
/// @param token what an action takes; empty: there are no actions
public record HttpAccessPolicy(Endpoint endpoint, boolean exposed, String page, String howToAct,
        Optional<BearerToken> token) {
    private static final String BEARER = "bearer ";

    /// Why a request is refused; empty if it is answered.
    ///
    /// @param acts whether it asks for an action
    public Optional<HttpEndpointResponse> refusal(Headers headers, boolean acts) {
        if (!exposed && !isOwnName(headers.getFirst("Host"))) {
            return forbidden("this host name is not the " + page + " endpoint's: use the address " + endpoint
                    + ", or localhost");
        }
        if (isFromOtherSite(headers)) {
            return forbidden("requests from pages of other sites are refused: open the " + page + " page itself");
        }
        @Nullable
        String authorization = headers.getFirst("Authorization");
        if (!acts && !exposed && authorization == null) {
            return Optional.empty();
        }
        if (token.isEmpty()) {
            return acts
                    ? forbidden("actions need a token: " + howToAct)
                    : Optional.empty();
        }
        return isToken(token.get(), authorization)
                ? Optional.empty()
                : Optional.of(HttpEndpointResponse.text(HttpEndpointResponse.UNAUTHORIZED,
                        "the token is missing or wrong: send the header 'Authorization: Bearer TOKEN'"));
    }

    private static Optional<HttpEndpointResponse> forbidden(String sentence) {
        return Optional.of(HttpEndpointResponse.text(HttpEndpointResponse.FORBIDDEN, sentence));
    }

    private static boolean isToken(BearerToken token, @Nullable String authorization) {
        return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                && token.is(authorization.substring(BEARER.length()).strip());
    }

    /// A browser says which site a request comes from.
    private static boolean isFromOtherSite(Headers headers) {
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return true;
        }
        String origin = headers.getFirst("Origin");
        String host = headers.getFirst("Host");
        return origin != null && host != null && !origin.endsWith("://" + host);
    }

    /// Whether the host of a request is an address, which no name server controls, or the endpoint's own name.
    private boolean isOwnName(@Nullable String host) {
        if (!(endpoint instanceof Endpoint.Tcp tcp) || host == null) {
            return true;
        }
        String name = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals(tcp.host().toLowerCase(Locale.ROOT)) || isAddress(name);
    }

    private static boolean isAddress(String name) {
        try {
            InetAddress _ = InetAddress.ofLiteral(name.startsWith("[") && name.endsWith("]")
                    ? name.substring(1, name.length() - 1)
                    : name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
