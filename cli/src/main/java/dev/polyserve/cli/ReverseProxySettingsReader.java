package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import dev.polyserve.cli.proxy.BalancingMethod;
import dev.polyserve.cli.proxy.UpstreamHealthOptions;
import dev.polyserve.cli.proxy.ReverseProxyOptions;
import dev.polyserve.cli.proxy.SniRoute;
import dev.polyserve.cli.services.BuiltInService;
import dev.polyserve.cli.services.ServiceDefinition;
import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.tls.ClientTlsContext;
import dev.polyserve.tls.TlsFileException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Reads the settings of the service `proxy`.
///
/// @param settings what was given
/// @param service the service of the server
/// @param arguments its arguments: upstreams
/// @param listens where the server listens
record ReverseProxySettingsReader(ServeSettings settings, ServiceDefinition service, List<String> arguments,
        List<Endpoint> listens) {
    private static final int RETRIES = 2;
    private static final List<ServeSetting> ALL = List.of(ServeSetting.UPSTREAM, ServeSetting.BALANCE,
            ServeSetting.CONNECT_TIMEOUT, ServeSetting.RETRIES, ServeSetting.HEALTH_INTERVAL,
            ServeSetting.HEALTH_FALL, ServeSetting.HEALTH_RISE, ServeSetting.SLOW_START, ServeSetting.SEND_PROXY,
            ServeSetting.UPSTREAM_CA, ServeSetting.UPSTREAM_INSECURE, ServeSetting.SNI_ROUTE);

    /// Whether the service takes part in handshakes of TLS that are not those of an endpoint: it waits for the name that a client asks
    /// for, or connects to an upstream with TLS.
    static boolean hasHandshakes(ServeSettings settings, ServiceDefinition service, List<String> arguments) {
        return service == BuiltInService.PROXY && (settings.has(ServeSetting.SNI_ROUTE)
                || Stream.concat(arguments.stream(), settings.list(ServeSetting.UPSTREAM).stream())
                        .anyMatch(upstream -> upstream.startsWith("tls://")));
    }

    /// What the proxy forwards to, and how; [ReverseProxyOptions#NONE] for another service.
    ///
    /// @throws ExitException with one sentence about the first error
    ReverseProxyOptions proxy(Duration connectTimeout, Duration helloTimeout) {
        if (service != BuiltInService.PROXY) {
            ALL.stream().filter(settings::has).findFirst().ifPresent(setting -> {
                throw ExitException.wrong(settings.where(setting) + " applies to proxy only, but " + service.id()
                        + " has no upstream");
            });
            return ReverseProxyOptions.NONE;
        }
        List<Endpoint> upstreams = upstreams();
        List<SniRoute> routes = routes(upstreams);
        if (upstreams.isEmpty() && routes.isEmpty()) {
            throw ExitException.wrong("proxy needs ENDPOINT, where it forwards to, as in: polyserve serve proxy"
                    + " tcp://127.0.0.1:80");
        }
        Tls tls = tls(upstreams);
        return new ReverseProxyOptions(upstreams, routes,
                settings.read(ServeSetting.BALANCE, BalancingMethod::named).orElse(BalancingMethod.ROUND_ROBIN),
                settings.number(ServeSetting.RETRIES).orElse(RETRIES), health(),
                settings.read(ServeSetting.SEND_PROXY, ReverseProxySettingsReader::headerVersion).orElse(0), tls,
                connectTimeout, helloTimeout);
    }

    private List<Endpoint> upstreams() {
        List<String> texts = new ArrayList<>(arguments);
        if (!arguments.isEmpty() && settings.has(ServeSetting.UPSTREAM)) {
            throw ExitException.wrong(settings.where(ServeSetting.UPSTREAM) + " names the upstreams, but '"
                    + arguments.getFirst() + "' was given behind proxy, too: use one of them");
        }
        texts.addAll(settings.list(ServeSetting.UPSTREAM));
        Set<Endpoint> upstreams = new HashSet<>();
        List<Endpoint> inOrder = new ArrayList<>();
        for (String text : texts) {
            Endpoint upstream = connectable(text);
            if (!upstreams.add(upstream)) {
                throw ExitException.wrong("the upstream " + upstream + " was given twice: give it once");
            }
            inOrder.add(upstream);
        }
        return inOrder;
    }

    private static Endpoint connectable(String text) {
        try {
            return requireConnectable(Endpoint.parse(text));
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static Endpoint requireConnectable(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Unix _ -> endpoint;
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                    "proxy forwards connections, but " + endpoint
                            + " accepts none: use tcp://host:port, tls://host:port or unix:/path");
        };
    }

    private List<SniRoute> routes(List<Endpoint> upstreams) {
        List<SniRoute> routes = new ArrayList<>();
        for (String text : settings.list(ServeSetting.SNI_ROUTE)) {
            try {
                SniRoute route = SniRoute.parse(text);
                Endpoint _ = requireConnectable(route.to());
                if (route.to() instanceof Endpoint.Tls) {
                    throw new IllegalArgumentException("the client's TLS is forwarded as it is, but " + route.to()
                            + " would encrypt it once more: use tcp://host:port or unix:/path");
                }
                if (routes.contains(route)) {
                    throw new IllegalArgumentException("it was given twice: give it once");
                }
                routes.add(route);
            } catch (IllegalArgumentException e) {
                throw ExitException.wrong("bad " + settings.where(ServeSetting.SNI_ROUTE) + " '" + text + "': "
                        + e.getMessage(), e);
            }
        }
        Optional<Endpoint> encrypts = upstreams.stream().filter(Endpoint.Tls.class::isInstance).findFirst();
        if (!routes.isEmpty() && encrypts.isPresent()) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.SNI_ROUTE) + " forwards TLS as it is, but the upstream "
                            + encrypts.get()
                            + ", for clients without a route, would encrypt it once more: use tcp://host:port or"
                            + " unix:/path");
        }
        Optional<Endpoint> decrypts = listens.stream().filter(Endpoint.Tls.class::isInstance).findFirst();
        if (!routes.isEmpty() && decrypts.isPresent()) {
            throw ExitException.wrong(settings.where(ServeSetting.SNI_ROUTE) + " routes TLS without decrypting it, but "
                    + decrypts.get() + " decrypts it: listen on tcp:// instead");
        }
        return routes;
    }

    private UpstreamHealthOptions health() {
        UpstreamHealthOptions defaults = UpstreamHealthOptions.DEFAULTS;
        if (settings.has(ServeSetting.HEALTH_RISE) && !settings.has(ServeSetting.HEALTH_INTERVAL)) {
            throw ExitException.wrong(settings.where(ServeSetting.HEALTH_RISE)
                    + " counts checks, but there are none: add --health-interval DURATION");
        }
        return new UpstreamHealthOptions(settings.duration(ServeSetting.HEALTH_INTERVAL).orElse(defaults.interval()),
                positive(ServeSetting.HEALTH_FALL).orElse(defaults.fall()),
                positive(ServeSetting.HEALTH_RISE).orElse(defaults.rise()),
                settings.duration(ServeSetting.SLOW_START).orElse(defaults.slowStart()));
    }

    private Optional<Integer> positive(ServeSetting setting) {
        Optional<Integer> number = settings.number(setting);
        if (number.filter(count -> count == 0).isPresent()) {
            throw ExitException.wrong("bad " + settings.where(setting) + " '0': it must be at least 1");
        }
        return number;
    }

    private static int headerVersion(String name) {
        return switch (name) {
            case "v1" -> 1;
            case "v2" -> 2;
            default -> throw new IllegalArgumentException("it must be v1 or v2");
        };
    }

    /// What is trusted of upstreams with TLS. The file of the authorities is read here for its errors, and by each connect if it has changed.
    private Tls tls(List<Endpoint> upstreams) {
        boolean insecure = settings.flag(ServeSetting.UPSTREAM_INSECURE);
        Optional<Path> authorities = settings.read(ServeSetting.UPSTREAM_CA, ReverseProxySettingsReader::path);
        if (insecure && authorities.isPresent()) {
            throw ExitException.wrong(settings.where(ServeSetting.UPSTREAM_INSECURE) + " trusts every upstream, but "
                    + settings.where(ServeSetting.UPSTREAM_CA) + " names the authorities: leave one of them out");
        }
        if ((insecure || authorities.isPresent()) && upstreams.stream().noneMatch(Endpoint.Tls.class::isInstance)) {
            throw ExitException.wrong(settings.where(insecure
                    ? ServeSetting.UPSTREAM_INSECURE
                    : ServeSetting.UPSTREAM_CA) + " is for TLS, but no upstream has it: forward to tls://host:port, or"
                    + " leave it out");
        }
        if (!insecure && authorities.isEmpty()) {
            return Tls.client();
        }
        try {
            var context = new ClientTlsContext(authorities, insecure, Optional.empty()).create(_ -> {
            });
            return authorities.map(Tls.client()::withAuthorities).orElseGet(() -> Tls.client(context));
        } catch (TlsFileException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("it " + FileNameEncoding.whyInvalid(e), e);
        }
    }
}
