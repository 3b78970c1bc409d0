package otklik.stock;

import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * Gives the bare distribution the analysis names of the stock one.
 *
 * <p>The bare distribution on Maven Central is Elastic's own server without the module
 * {@code analysis-common}. Lucene's classes behind its names are in {@code lib/}; only the names are
 * missing. This plugin registers them with the stock parameters and defaults, so that one mapping
 * file serves the stock server and this one. It is a development tool: production runs the stock
 * image, which refuses a second plugin with the same names.
 *
 * <p>Only names that mappings may use are here. A parameter that is not supported is an error, never
 * silently another result.
 */
public final class StockAnalysisPlugin extends Plugin implements AnalysisPlugin {

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return CharFilters.all();
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Tokenizers.all();
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return TokenFilters.all();
    }

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        var all = new TreeMap<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>>();
        all.put("keyword", analyzer((env, settings) -> new KeywordAnalyzer()));
        all.put("simple", analyzer((env, settings) -> new SimpleAnalyzer()));
        all.put("whitespace", analyzer((env, settings) -> new WhitespaceAnalyzer()));
        all.put("russian", analyzer((env, settings) -> new RussianAnalyzer(
            Analysis.parseStopWords(env, settings, RussianAnalyzer.getDefaultStopSet()), unstemmed(settings))));
        all.put("english", analyzer((env, settings) -> new EnglishAnalyzer(
            Analysis.parseStopWords(env, settings, EnglishAnalyzer.getDefaultStopSet()), unstemmed(settings))));
        return all;
    }

    private static CharArraySet unstemmed(Settings settings) {
        return Analysis.parseStemExclusion(settings, CharArraySet.EMPTY_SET);
    }

    private interface AnalyzerMaker {
        Analyzer make(Environment env, Settings settings);
    }

    private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> analyzer(AnalyzerMaker maker) {
        return (index, env, name, settings) -> {
            Analyzer analyzer = maker.make(env, settings);
            return new AbstractIndexAnalyzerProvider<Analyzer>(name, settings) {
                @Override
                public Analyzer get() {
                    return analyzer;
                }
            };
        };
    }
}
