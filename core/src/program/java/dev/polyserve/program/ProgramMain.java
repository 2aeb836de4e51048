package dev.polyserve.program;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// Runs the program that its first argument names, or loads the classes for [ProgramCache].
///
/// **Thread**: the program's first one.
final class ProgramMain {
    /// The argument before the jars whose classes all programs may need.
    static final String TRAINING = "--train";
    /// Those whose code most programs run, where they are at hand.
    private static final List<String> MODELS = List.of("nio", "thread", "virtual", "epoll");

    private ProgramMain() {}

    static void main(String[] arguments) throws Throwable {
        String[] others = Arrays.copyOfRange(arguments, 1, arguments.length);
        if (arguments[0].equals(TRAINING)) {
            train(others);
        } else {
            run(Class.forName(arguments[0]), others);
        }
    }

    /// As the JVM does: a `main` without parameters is one, too.
    private static void run(Class<?> program, String[] arguments) throws Throwable {
        Method main = Arrays.stream(program.getDeclaredMethods()).filter(method -> method.getName().equals("main"))
                .findFirst().orElseThrow();
        main.setAccessible(true);
        try {
            main.invoke(null, main.getParameterCount() == 0 ? new Object[0] : new Object[]{arguments});
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void train(String[] jars) throws IOException, ReflectiveOperationException, GeneralSecurityException {
        for (String file : jars) {
            try (JarFile jar = new JarFile(file)) {
                load(jar);
            }
        }
        for (Model model : MODELS.stream().map(Model::named).filter(model -> Server.whyNot(model).isEmpty()).toList()) {
            serveAClient("tcp", model);
        }
        serveAClient("tls", Model.virtual());
    }

    private static void serveAClient(String scheme, Model model) throws IOException, GeneralSecurityException {
        try (Server server = Server.at(scheme + "://127.0.0.1:0").model(model).tls(Tls.selfSigned()).handle(client -> {
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(line);
            }
        }).start();
                Connection client = Client.to(server.endpoints().getFirst()).withTls(Tls.client(trusting())).connect()) {
            client.writeLine("hello");
            if (!"hello".equals(client.readLine())) {
                throw new IOException(model + " does not answer at " + scheme);
            }
        }
    }

    private static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new TrustsAll()}, null);
        return context;
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static void load(JarFile jar) throws ClassNotFoundException {
        for (JarEntry entry : Collections.list(jar.entries())) {
            String name = entry.getName();
            if (name.startsWith("dev/polyserve/") && name.endsWith(".class")) {
                String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
                Class.forName(type, false, ProgramMain.class.getClassLoader());
            }
        }
    }
}
