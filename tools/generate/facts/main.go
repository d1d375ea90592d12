// Command facts prints, as JSON, the structure of the Kubernetes API types it can reach from the registered
// kinds: names, order, omitempty, protobuf numbers, patch tags. It prints no prose.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type fieldFacts struct {
	JSON          string   `json:"json"`
	Go            string   `json:"go"`
	Type          string   `json:"type"`
	OmitEmpty     bool     `json:"omitEmpty,omitempty"`
	Pointer       bool     `json:"pointer,omitempty"`
	Number        int      `json:"number,omitempty"`
	Embedded      []int    `json:"embedded,omitempty"`
	EmbeddedGo    []string `json:"embeddedGo,omitempty"`
	PatchStrategy string   `json:"patchStrategy,omitempty"`
	PatchMergeKey string   `json:"patchMergeKey,omitempty"`
}

type structFacts struct {
	Name   string       `json:"name"`
	Go     string       `json:"go"`
	Fields []fieldFacts `json:"fields"`
}

type kindFacts struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
	Struct  string `json:"struct"`
}

// specials have a JSON form of their own; the value is the letter of the fact notation.
var specials = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":                                         "q",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":                                       "x",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                                             "T",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":                                        "M",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":                                         "D",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":                                         "a",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                                          "a",
	"k8s.io/apimachinery/pkg/runtime.Object":                                                "a",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON":                         "a",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool":        "a",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray":       "a",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "a",
}

var structs = map[string]*structFacts{}

func qualified(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

// definitionName is the name the published OpenAPI uses for the type.
func definitionName(t reflect.Type) string {
	if named, ok := reflect.Zero(t).Interface().(interface{ OpenAPIModelName() string }); ok {
		return named.OpenAPIModelName()
	}
	path := t.PkgPath()
	slash := strings.Index(path, "/")
	return "io.k8s" + strings.ReplaceAll(path[slash:], "/", ".") + "." + t.Name()
}

func goName(letter, plain string, t reflect.Type) string {
	if t.String() == plain {
		return letter
	}
	return letter + "<" + t.String() + ">"
}

// wrapped tells named slices that travel as a message of their own in protobuf (ExtraValue).
func wrapped(t reflect.Type) bool {
	_, ok := reflect.PointerTo(t).MethodByName("Marshal")
	return ok
}

// notation writes a type as the generated facts hold it.
func notation(t reflect.Type) string {
	if letter, ok := specials[qualified(t)]; ok {
		return letter + "<" + t.String() + ">"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + notation(t.Elem())
	case reflect.String:
		return goName("s", "string", t)
	case reflect.Bool:
		return goName("t", "bool", t)
	case reflect.Int32, reflect.Uint32, reflect.Int16, reflect.Uint16, reflect.Int8, reflect.Uint8:
		return goName("i", "int32", t)
	case reflect.Int64, reflect.Int, reflect.Uint64:
		return goName("l", "int64", t)
	case reflect.Float64, reflect.Float32:
		return goName("d", "float64", t)
	case reflect.Interface:
		return "a<" + strings.ReplaceAll(t.String(), " ", "") + ">"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "b<" + t.String() + ">"
		}
		element := notation(t.Elem())
		name := ""
		if t.Name() != "" {
			name = "<" + t.String() + ">"
			if wrapped(t) {
				name = "!" + name
			}
		}
		return "[]" + name + element
	case reflect.Map:
		if t.Name() != "" || t.Key().String() != "string" {
			return "{}<" + t.String() + ">" + notation(t.Elem())
		}
		return "{}" + notation(t.Elem())
	case reflect.Struct:
		return "#" + visit(t)
	}
	panic("no notation for " + t.String())
}

func protobufNumber(tag reflect.StructTag) int {
	parts := strings.Split(tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return 0
	}
	number, _ := strconv.Atoi(parts[1])
	return number
}

// omitted tells whether the encoder leaves the zero value out: `omitempty` does nothing for plain structs.
func omitted(t reflect.Type, options []string) bool {
	for _, option := range options {
		if option == "omitzero" {
			return true
		}
		if option == "omitempty" {
			return t.Kind() != reflect.Struct
		}
	}
	return false
}

func fieldsOf(t reflect.Type, embedded []int, embeddedGo []string) []fieldFacts {
	var fields []fieldFacts
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		options := strings.Split(field.Tag.Get("json"), ",")
		if options[0] == "-" {
			continue
		}
		if field.Anonymous && options[0] == "" {
			chain := embedded
			if number := protobufNumber(field.Tag); number > 0 {
				chain = append(append([]int{}, embedded...), number)
			}
			inner := field.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			flattened := fieldsOf(inner, chain, append(append([]string{}, embeddedGo...), field.Name))
			if protobufNumber(field.Tag) == 0 {
				for i := range flattened { // TypeMeta: no part of the protobuf form
					flattened[i].Number = 0
				}
			}
			fields = append(fields, flattened...)
			continue
		}
		kind := field.Type
		pointer := kind.Kind() == reflect.Pointer
		for kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		fields = append(fields, fieldFacts{
			JSON: options[0], Go: field.Name, Type: notation(kind),
			OmitEmpty: omitted(field.Type, reverse(options[1:])), Pointer: pointer,
			Number: protobufNumber(field.Tag), Embedded: embedded, EmbeddedGo: embeddedGo,
			PatchStrategy: field.Tag.Get("patchStrategy"), PatchMergeKey: field.Tag.Get("patchMergeKey"),
		})
	}
	return fields
}

// reverse puts omitzero, which comes last, before omitempty.
func reverse(options []string) []string {
	out := []string{}
	for i := len(options) - 1; i >= 0; i-- {
		out = append(out, options[i])
	}
	return out
}

func visit(t reflect.Type) string {
	name := definitionName(t)
	if _, seen := structs[name]; !seen {
		facts := &structFacts{Name: name, Go: t.String()}
		structs[name] = facts
		facts.Fields = fieldsOf(t, nil, nil)
	}
	return name
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	all := runtime.NewScheme()
	check(scheme.AddToScheme(all))
	check(apiextensionsv1.AddToScheme(all))
	check(apiregistrationv1.AddToScheme(all))
	metav1.AddToGroupVersion(all, schema.GroupVersion{Version: "v1"})
	kinds := []kindFacts{}
	for gvk, t := range all.AllKnownTypes() {
		if strings.Contains(gvk.Version, "alpha") || strings.Contains(gvk.Version, "beta") || strings.HasPrefix(gvk.Version, "__") {
			continue
		}
		if gvk.Kind == "WatchEvent" || gvk.Group == "apidiscovery.k8s.io" || gvk.Group == "imagepolicy.k8s.io" {
			continue
		}
		kinds = append(kinds, kindFacts{gvk.Group, gvk.Version, gvk.Kind, visit(t)})
	}
	for _, extra := range []any{metav1.Status{}, metav1.List{}, metav1.APIResourceList{}, metav1.APIGroupList{}, metav1.APIVersions{},
		metav1.PartialObjectMetadata{}, metav1.Table{}, metav1.LabelSelector{}} {
		visit(reflect.TypeOf(extra))
	}
	sort.Slice(kinds, func(i, j int) bool {
		a, b := kinds[i], kinds[j]
		return a.Group+"/"+a.Version+"/"+a.Kind < b.Group+"/"+b.Version+"/"+b.Kind
	})
	names := []string{}
	for name := range structs {
		names = append(names, name)
	}
	sort.Strings(names)
	ordered := []*structFacts{}
	for _, name := range names {
		ordered = append(ordered, structs[name])
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	check(encoder.Encode(map[string]any{"kinds": kinds, "structs": ordered}))
}
