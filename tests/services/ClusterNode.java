import java.util.Arrays;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** A node of a cluster of several processes: settings as name=value, then the runner's own arguments. */
public class ClusterNode {
    public static void main(String[] arguments) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        // The runner's command line takes a single node for a cluster by itself, whatever its settings file says.
        runner.onBuild((number, settings) -> Arrays.stream(arguments)
                .filter(each -> each.contains("="))
                .forEach(each -> settings.put(each.split("=", 2)[0], each.split("=", 2)[1])));
        runner.build(Arrays.stream(arguments).filter(each -> !each.contains("=")).toArray(String[]::new));
        Thread.currentThread().join();
    }
}
