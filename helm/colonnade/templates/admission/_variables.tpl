{{/* Where a policy holds: in the namespaces that Colonnade looks after. Takes (dict "root" $). */}}
{{- define "colonnade.admissionScope" -}}
{{- with .root.Values.watchNamespaces -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: In
    values: {{- append . $.root.Release.Namespace | uniq | toYaml | nindent 4 }}
{{- else -}}
namespaceSelector: {}
{{- end -}}
{{- end }}

{{/* Who a decision is signed by: who takes it; while it stands, who took it. */}}
{{- define "colonnade.approvalVariables" -}}
- name: decision
  expression: object.?spec.approval.decision.orValue("")
- name: by
  expression: object.?spec.approval.by.orValue("")
- name: decided
  expression: 'variables.decision != (oldObject == null ? "" : oldObject.?spec.approval.decision.orValue(""))'
- name: rightfullyBy
  expression: >-
    variables.decided ? (variables.decision == "" ? "" : request.userInfo.username)
    : oldObject == null ? "" : oldObject.?spec.approval.by.orValue("")
{{- end }}

{{/* Who made the object, and who changed last what is asked of it: its spec, or a command to its rollout. */}}
{{- define "colonnade.stampVariables" -}}
- name: createdBy
  expression: object.metadata.?annotations[?"colonnade.dev/created-by"].orValue("")
- name: changedBy
  expression: object.metadata.?annotations[?"colonnade.dev/changed-by"].orValue("")
- name: changed
  expression: >-
    oldObject == null || object.spec != oldObject.spec || {{ .commands | toJson }}.exists(command,
    object.metadata.?annotations[?command] != oldObject.metadata.?annotations[?command])
- name: rightfullyCreatedBy
  expression: 'oldObject == null ? request.userInfo.username : oldObject.metadata.?annotations[?"colonnade.dev/created-by"].orValue("")'
- name: rightfullyChangedBy
  expression: 'variables.changed ? request.userInfo.username : oldObject.metadata.?annotations[?"colonnade.dev/changed-by"].orValue("")'
{{- end }}

{{/* Who asks for someone to be forgotten; until somebody asks again, who asked last. */}}
{{- define "colonnade.forgettingVariables" -}}
- name: word
  expression: object.metadata.?annotations[?"colonnade.dev/keep"].orValue("")
- name: asked
  expression: >-
    variables.word.startsWith("forget/")
    && (oldObject == null || variables.word != oldObject.metadata.?annotations[?"colonnade.dev/keep"].orValue(""))
- name: by
  expression: object.metadata.?annotations[?"colonnade.dev/forget-by"].orValue("")
- name: rightfullyBy
  expression: >-
    variables.asked ? request.userInfo.username
    : oldObject == null ? "" : oldObject.metadata.?annotations[?"colonnade.dev/forget-by"].orValue("")
{{- end }}
